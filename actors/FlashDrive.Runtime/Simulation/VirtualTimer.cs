namespace FlashDrive.Runtime.Simulation;

/// <summary>A timer of the virtual clock. Its callback runs as an event of its own, in no actor.</summary>
internal sealed class VirtualTimer(Agenda agenda, EventLog log, int number, TimerCallback callback, object? state) : SimulatedTask, ITimer
{
    private long _period;
    private bool _disposed;

    public override string Name => $"timer {number}";

    /// <summary>A clock that ticks for ever does not keep a simulation busy.</summary>
    public override bool IsBackground => _period > 0;

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime < TimeSpan.Zero && dueTime != Timeout.InfiniteTimeSpan) throw new ArgumentOutOfRangeException(nameof(dueTime), dueTime, "must not be negative");
        if (period < TimeSpan.Zero && period != Timeout.InfiniteTimeSpan) throw new ArgumentOutOfRangeException(nameof(period), period, "must not be negative");
        if (_disposed) return false;
        agenda.Cancel(this);
        _period = Math.Max(0, period.Ticks);
        if (dueTime != Timeout.InfiniteTimeSpan) agenda.Post(this, agenda.Now + dueTime.Ticks);
        return true;
    }

    public override void Run()
    {
        log.Add(SimulationEvent.Timer, number, 0);
        if (_period > 0) agenda.Post(this, agenda.Now + _period);
        callback(state);
    }

    public void Dispose()
    {
        agenda.Cancel(this);
        _disposed = true;
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
