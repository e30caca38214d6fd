namespace FlashDrive.Runtime.Simulation;

/// <summary>Brings inputs to the engine, one after another, each at its time.</summary>
internal sealed class EdgeFeed<T>
{
    private readonly TimeProvider _clock;
    private readonly IEnumerator<Arrival<T>> _arrivals;
    private readonly Action<T> _arrive;
    private readonly ITimer _timer;

    public EdgeFeed(TimeProvider clock, IEnumerator<Arrival<T>> arrivals, Action<T> arrive)
    {
        _clock = clock;
        _arrivals = arrivals;
        _arrive = arrive;
        _timer = clock.CreateTimer(static feed => ((EdgeFeed<T>)feed!).Arrive(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Sets the timer for the next arrival, if there is one.</summary>
    public void Next()
    {
        if (!_arrivals.MoveNext())
        {
            _arrivals.Dispose();
            _timer.Dispose();
            return;
        }
        var wait = _arrivals.Current.At.Ticks - _clock.GetTimestamp();
        _timer.Change(TimeSpan.FromTicks(Math.Max(0, wait)), Timeout.InfiniteTimeSpan);
    }

    private void Arrive()
    {
        var item = _arrivals.Current.Item;
        Next();
        _arrive(item);
    }
}
