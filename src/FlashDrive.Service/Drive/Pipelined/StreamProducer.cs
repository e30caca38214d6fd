using FlashDrive.Actors;
using FlashDrive.Driving;
using FlashDrive.Inference.Admission;

namespace FlashDrive.Service.Drive.Pipelined;

/// <summary>
/// Offers one stream's frames from a thread of its own: at <see cref="DriveRate.Max"/> each as soon as there is room for it, at a
/// number of frames a second each at its moment, whether the engine is ready for it or not.
/// </summary>
internal sealed class StreamProducer
{
    private readonly Thread _thread;

    /// <param name="takePlace">Waits until the report has room for one more frame.</param>
    /// <param name="frames">What to offer, in order; enumerated in the producer's thread.</param>
    public StreamProducer(
        EngineStream stream, IEnumerable<(FrameBundle Bundle, FrameFate? Fate)> frames, DriveRate rate, IPace pace, Action<CancellationToken> takePlace,
        CancellationToken cancel, Action<StreamProducer> ended)
    {
        Stream = stream;
        _thread = new(() =>
        {
            try
            {
                Offer(frames, rate, pace, takePlace, cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                WasCancelled = true;
            }
            catch (Exception failure)
            {
                Failure = failure;
            }
            HasEnded = true;
            ended(this);
        }) { Name = $"camera {stream.Lane.Name}", IsBackground = true };
        _thread.Start();
    }

    public EngineStream Stream { get; }

    /// <summary>All frames were offered, or no more will be.</summary>
    public bool HasEnded { get; private set => Volatile.Write(ref field, value); }

    public bool WasCancelled { get; private set; }

    public Exception? Failure { get; private set; }

    public bool Join(TimeSpan bound) => _thread.Join(bound);

    private void Offer(
        IEnumerable<(FrameBundle Bundle, FrameFate? Fate)> frames, DriveRate rate, IPace pace, Action<CancellationToken> takePlace, CancellationToken cancel)
    {
        var start = pace.Now;
        var taken = 0L;
        foreach (var (bundle, fate) in frames)
        {
            cancel.ThrowIfCancellationRequested();
            takePlace(cancel);
            if (rate.IsRealTime) pace.WaitUntil(start + taken * rate.Period, cancel);
            else Stream.WaitForRoom(cancel);
            Stream.Offer(bundle, fate);
            taken++;
        }
    }
}
