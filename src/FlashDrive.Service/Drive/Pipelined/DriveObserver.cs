using System.Collections.Concurrent;
using FlashDrive.Actors.Credits;
using FlashDrive.Actors.Observation;
using FlashDrive.Actors.Streams;

namespace FlashDrive.Service.Drive.Pipelined;

/// <summary>
/// Between the actors, which must not wait for a terminal or a disk, and the thread that reports. A producer takes a place before it
/// offers a frame; the place is free again when the frame's end was taken for the report, so nothing here grows without bound.
/// </summary>
internal sealed class DriveObserver : IEngineObserver, IDisposable
{
    // More than one stream can have in flight; the rest is how far the report may be behind.
    private const int PlacesPerStream = 32;

    private const int MostFallbacks = 64;

    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<FrameTicket, FrameAccount> _accounts = new();
    private readonly OrderedEnds[] _streams;
    private readonly SemaphoreSlim[] _places;
    private readonly Queue<EndedFrame> _fallbacks = new(MostFallbacks);

    public DriveObserver(int streams)
    {
        _streams = [.. Enumerable.Range(0, streams).Select(_ => new OrderedEnds())];
        _places = [.. Enumerable.Range(0, streams).Select(_ => new SemaphoreSlim(PlacesPerStream))];
    }

    /// <summary>Set when there is something to take.</summary>
    public AutoResetEvent News { get; } = new(initialState: false);

    /// <summary>Every frame that was offered has ended and was taken.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_lock) return Array.TrueForAll(_streams, stream => stream.IsEmpty);
        }
    }

    /// <exception cref="OperationCanceledException">It was cancelled before.</exception>
    public void TakePlace(int stream, CancellationToken cancel) => _places[stream].Wait(cancel);

    /// <summary>Ends that are due, each stream's in the order of its frames, and fallbacks.</summary>
    public IReadOnlyList<EndedFrame> Take()
    {
        var due = new List<EndedFrame>();
        lock (_lock)
        {
            for (var stream = 0; stream < _streams.Length; stream++)
            {
                var before = due.Count;
                while (_streams[stream].TryTake() is { } ended) due.Add(ended);
                if (due.Count > before) _places[stream].Release(due.Count - before);
            }
            due.AddRange(_fallbacks);
            _fallbacks.Clear();
        }
        return due;
    }

    public void FrameOffered(FrameTicket ticket)
    {
        _accounts[ticket] = new();
        lock (_lock) _streams[ticket.Lane.Index].Expect(ticket);
    }

    public void StageDone(in StageSpan span)
    {
        if (_accounts.TryGetValue(span.Ticket, out var account)) account.Add(span);
    }

    public void Published(PublishedPlan plan)
    {
        lock (_lock)
        {
            if (plan.Mode != PlanMode.Fallback)
            {
                _streams[plan.Stream.Index].Published = plan;
                return;
            }
            if (_fallbacks.Count == MostFallbacks) _fallbacks.Dequeue();
            _fallbacks.Enqueue(new(null, null, null, plan));
        }
        News.Set();
    }

    public void FrameEnded(FrameTicket ticket, FrameEnd end)
    {
        _accounts.TryRemove(ticket, out var account);
        lock (_lock) _streams[ticket.Lane.Index].End(ticket, end, account!);
        News.Set();
    }

    public void Dispose()
    {
        News.Dispose();
        foreach (var places in _places) places.Dispose();
    }

    /// <summary>A stream's ends in the order in which its frames were offered.</summary>
    private sealed class OrderedEnds
    {
        private readonly Queue<FrameTicket> _expected = new(PlacesPerStream);
        private readonly Dictionary<FrameTicket, EndedFrame> _ended = new(PlacesPerStream);

        /// <summary>The plan that left last; its frame's end follows in the same turn.</summary>
        public PublishedPlan? Published { get; set; }

        public bool IsEmpty => _expected.Count == 0;

        public void Expect(FrameTicket ticket) => _expected.Enqueue(ticket);

        public void End(FrameTicket ticket, FrameEnd end, FrameAccount account) =>
            _ended[ticket] = new(ticket, end, account, Published?.Plan.FrameId == ticket.FrameId && end.Plan is not null ? Published : null);

        public EndedFrame? TryTake()
        {
            if (!_expected.TryPeek(out var next) || !_ended.Remove(next, out var ended)) return null;
            _expected.Dequeue();
            return ended;
        }
    }
}
