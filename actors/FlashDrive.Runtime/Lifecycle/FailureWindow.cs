namespace FlashDrive.Runtime.Lifecycle;

/// <summary>Counts an actor's failures within its policy's budget time, and says how long to wait before the next restart.</summary>
internal sealed class FailureWindow
{
    /// <summary>Failures remembered: more do not count, which no back-off notices and no budget may need.</summary>
    public const int Most = 1024;

    private readonly Queue<long> _times = new();
    private readonly SupervisionPolicy _policy;
    private readonly TimeProvider _clock;

    public FailureWindow(SupervisionPolicy policy, TimeProvider clock)
    {
        if (policy.Budget is < 0 or (>= Most and < int.MaxValue))
            throw new ArgumentOutOfRangeException(nameof(policy), policy.Budget, $"Budget must be 0 to {Most - 1}, or int.MaxValue for no limit");
        if (policy.FirstBackoff < TimeSpan.Zero || policy.MaxBackoff < policy.FirstBackoff)
            throw new ArgumentOutOfRangeException(nameof(policy), policy.FirstBackoff, $"FirstBackoff must lie between zero and MaxBackoff ({policy.MaxBackoff})");
        if (policy.BudgetTime <= TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(policy), policy.BudgetTime, "BudgetTime must be above zero");
        _policy = policy;
        _clock = clock;
    }

    /// <summary>True when the failures in the window are more than the budget.</summary>
    public bool IsSpent => _times.Count > _policy.Budget;

    /// <summary>Adds a failure at the present time; returns the failures in the window, this one included.</summary>
    public int Add()
    {
        var now = _clock.GetTimestamp();
        while (_times.TryPeek(out var oldest) && _clock.GetElapsedTime(oldest, now) >= _policy.BudgetTime) _times.Dequeue();
        if (_times.Count == Most) _times.Dequeue();
        _times.Enqueue(now);
        return _times.Count;
    }

    /// <summary>FirstBackoff after the first failure of the window, doubled with each further one, never above MaxBackoff.</summary>
    public TimeSpan Backoff()
    {
        var ticks = _policy.FirstBackoff.Ticks;
        for (var i = 1; i < _times.Count && ticks > 0 && ticks < _policy.MaxBackoff.Ticks; i++) ticks *= 2;
        return TimeSpan.FromTicks(Math.Min(ticks, _policy.MaxBackoff.Ticks));
    }
}
