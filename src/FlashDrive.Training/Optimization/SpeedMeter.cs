namespace FlashDrive.Training.Optimization;

/// <summary>Steps per second over the newest steps.</summary>
internal sealed class SpeedMeter(TimeProvider time)
{
    private const int Window = 50;
    private readonly Queue<long> _ticks = new([time.GetTimestamp()]);

    internal double Tick()
    {
        var now = time.GetTimestamp();
        var seconds = time.GetElapsedTime(_ticks.Peek(), now).TotalSeconds;
        var rate = seconds > 0 ? _ticks.Count / seconds : 0;
        _ticks.Enqueue(now);
        if (_ticks.Count > Window) _ticks.Dequeue();
        return rate;
    }
}
