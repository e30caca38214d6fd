using FlashDrive.Actors.Credits;
using FlashDrive.Actors.Streams;
using FlashDrive.Driving;
using FlashDrive.Inference;
using FlashDrive.Inference.Admission;

namespace FlashDrive.Actors;

/// <summary>An open stream: where its frames are offered. For one producer.</summary>
public sealed class EngineStream
{
    private readonly Pipeline _pipeline;

    internal EngineStream(Pipeline pipeline, StreamLane lane) => (_pipeline, Lane) = (pipeline, lane);

    public StreamLane Lane { get; }

    /// <summary>Whether a frame can be offered without displacing one.</summary>
    public bool HasRoom => Lane.Inlet.IsEmpty;

    /// <summary>Waits until a frame can be offered without displacing one.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled before.</exception>
    public void WaitForRoom(CancellationToken cancel) => Lane.Inlet.WaitForRoom(cancel);

    /// <summary>
    /// Puts a frame into the stream's inlet; one that waits there ends dropped(inlet). The frame ends exactly once, told to the
    /// engine's observer.
    /// </summary>
    /// <param name="fate">What is to become of it, when an admission log is replayed.</param>
    /// <exception cref="InvalidOperationException">The stream was closed, or a frame of a lossless stream waits in the inlet.</exception>
    public FrameTicket Offer(FrameBundle tick, FrameFate? fate = null)
    {
        if (Lane.IsClosed) throw new InvalidOperationException($"stream {Lane.Name} was closed");
        if (_pipeline.Options.Policy == EdgePolicy.Lossless && !HasRoom)
            throw new InvalidOperationException($"the inlet of {Lane.Name} is full, and a lossless stream drops nothing: wait for room first");
        var ticket = new FrameTicket(Lane, tick, _pipeline.Now, fate);
        Lane.Add(ticket);
        _pipeline.Observer.FrameOffered(ticket);
        if (Lane.Inlet.Displace(ticket) is { } displaced) _pipeline.Ledger.End(displaced, displaced.Doomed ?? FrameEnd.Dropped(DropReasons.Inlet));
        _pipeline.Ledger.Ingest.Ring();
        return ticket;
    }

    /// <summary>Waits until no frame is open.</summary>
    /// <returns>False when some is after the bound.</returns>
    public bool WaitUntilIdle(TimeSpan bound) => Lane.WaitUntilIdle(bound);

    /// <summary>Ends the stream's frames as cancelled and frees it when the last one has ended.</summary>
    public void Close()
    {
        Lane.IsClosed = true;
        Lane.CancelAll();
        _pipeline.Ledger.RingAll();
    }
}
