namespace FlashDrive.Runtime.Simulation;

/// <summary>Time that moves only when the simulation moves it. Timestamps are ticks of 100 ns since it began.</summary>
internal sealed class VirtualClock(Agenda agenda, EventLog log) : TimeProvider
{
    private static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private int _timers;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long GetTimestamp() => agenda.Now;

    public override DateTimeOffset GetUtcNow() => Epoch.AddTicks(agenda.Now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new VirtualTimer(agenda, log, ++_timers, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }
}
