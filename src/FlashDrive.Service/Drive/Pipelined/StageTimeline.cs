using FlashDrive.Actors.Observation;

namespace FlashDrive.Service.Drive.Pipelined;

/// <summary>Remembers what the stages did lately: a ring, the oldest is forgotten. Thread-safe.</summary>
internal sealed class StageTimeline(int streams) : IEngineObserver
{
    // A frame is handled once by most stages and three times a token while it is thought about; at ten frames a second this is more
    // than what is shown.
    private const int SpansPerStream = 2048;

    private readonly Lock _lock = new();
    private readonly TimelineSpan[] _ring = new TimelineSpan[streams * SpansPerStream];
    private long _count;

    public void StageDone(in StageSpan span)
    {
        lock (_lock) _ring[_count++ % _ring.Length] = new(span.Ticket.Lane.Index, span.Ticket.FrameId, span.Stage, span.Started, span.Ended);
    }

    /// <summary>Those that ended after a moment, oldest first.</summary>
    public IReadOnlyList<TimelineSpan> Since(TimeSpan moment)
    {
        var spans = new List<TimelineSpan>();
        lock (_lock)
        {
            // By end they are nearly in order: of those a little older than the moment some are left out at the edge.
            for (var i = _count - 1; i >= Math.Max(0, _count - _ring.Length) && _ring[i % _ring.Length].Ended >= moment; i--) spans.Add(_ring[i % _ring.Length]);
        }
        spans.Reverse();
        return spans;
    }
}
