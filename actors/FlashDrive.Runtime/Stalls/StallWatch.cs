namespace FlashDrive.Runtime.Stalls;

/// <summary>
/// A thread of its own that notices when the process or its thread pool stands still and tells how much of that was the collector's.
/// The engine's stages run on dedicated threads, so a starved pool slows only what is around them; this says which of the two it was.
/// </summary>
public sealed class StallWatch : IDisposable
{
    /// <summary>The bound of the engine's promise.</summary>
    public static readonly TimeSpan DefaultBound = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(10);

    private readonly ManualResetEventSlim _stop = new();
    private readonly TimeProvider _clock;
    private readonly Action<Stall> _report;
    private readonly Func<TimeSpan> _collecting;
    private readonly StallDetector _detector;
    private readonly Thread _thread;
    private int _answered;

    /// <param name="report">Called on the watching thread; must be quick and not throw.</param>
    /// <param name="collecting">Time the collector has held all threads since the process began; null asks the runtime.</param>
    public StallWatch(TimeProvider clock, Action<Stall> report, TimeSpan? bound = null, Func<TimeSpan>? collecting = null)
    {
        (_clock, _report, _collecting) = (clock, report, collecting ?? GC.GetTotalPauseDuration);
        _detector = new(Period, bound ?? DefaultBound);
        _thread = new(Run) { Name = "stall-watch", IsBackground = true, Priority = ThreadPriority.AboveNormal };
        _thread.UnsafeStart();
    }

    public void Dispose()
    {
        _stop.Set();
        _thread.Join();
        _stop.Dispose();
    }

    private void Run()
    {
        var started = _clock.GetTimestamp();
        do
        {
            var (now, collecting) = (_clock.GetElapsedTime(started), _collecting());
            if (_detector.Woke(now, collecting) is { } process) _report(process);
            if (_detector.Look(now, collecting, Volatile.Read(ref _answered) != 0) is { } pool) _report(pool);
            if (!_detector.MayAsk) continue;
            Volatile.Write(ref _answered, 0);
            _detector.Asked(now, collecting);
            ThreadPool.UnsafeQueueUserWorkItem(static watch => Volatile.Write(ref watch._answered, 1), this, preferLocal: false);
        }
        while (!_stop.Wait(Period));
    }
}
