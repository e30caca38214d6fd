using FlashDrive.Actors.Credits;
using FlashDrive.Actors.Observation;
using FlashDrive.Driving;
using FlashDrive.Inference;
using FlashDrive.Inference.Publishing;
using FlashDrive.Inference.Speculation;
using FlashDrive.Inference.Stages;
using FlashDrive.Inference.Streaming;

namespace FlashDrive.Actors.Streams;

/// <summary>
/// One stream in the engine. What belongs to it is split by owner and never travels: each part below names the one actor that
/// touches it. It outlives restarts of the actors.
/// </summary>
public sealed class StreamLane : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<FrameTicket> _open;
    private readonly StreamCounts _counts = new();
    private readonly ManualResetEventSlim _idle = new(initialState: true);
    private ITimer? _wake;
    private int _health;

    internal StreamLane(int index, StreamOptions options, PipelineOptions pipeline, TimeSpan opened)
    {
        (Index, Options, Opened) = (index, options, opened);
        EncodeCredits = new($"encode ({options.Name})", pipeline.EncodeCredits);
        SessionCredits = new($"session ({options.Name})", pipeline.Sessions);
        Prefill = new(pipeline.Engine.FramesPerCamera);
        Drafting = new(pipeline.Engine.Drafting);
        Waiting = new(pipeline.Engine.FramesPerCamera + 1);
        Held = new(pipeline.Sessions);
        // The inlet's one and those with a credit.
        _open = new(1 + pipeline.EncodeCredits + pipeline.Sessions);
    }

    /// <summary>Place among the engine's streams, from 0.</summary>
    public int Index { get; }

    public StreamOptions Options { get; }

    public string Name => Options.Name;

    public TimeSpan Opened { get; }

    public CreditPool EncodeCredits { get; }

    public CreditPool SessionCredits { get; }

    /// <summary>Camera ingest's: grid, epoch and time.</summary>
    internal IngestState Ingest { get; } = new();

    /// <summary>Prefill's: window table, features and pools.</summary>
    internal PrefillState Prefill { get; }

    /// <summary>Prefill's: encoded frames, oldest first, at most F after every message.</summary>
    internal List<EncodedMessage> Waiting { get; }

    /// <summary>The routine reasoner's: the drafting counts. The verifier reports to it.</summary>
    internal DraftingSwitch Drafting { get; }

    /// <summary>The publisher's.</summary>
    internal PublisherState Publishing { get; } = new();

    /// <summary>The publisher's: when the fallback was published last.</summary>
    internal TimeSpan LastFallback { get; set; }

    /// <summary>The publisher's, lossless only: plans that wait for an older frame's end; at most S − 1 beside the one in hand.</summary>
    internal List<AcceptedPlan> Held { get; }

    /// <summary>Filled by the producer, emptied by camera ingest.</summary>
    internal StreamInlet Inlet { get; } = new();

    /// <summary>The supervisor's: no admission before this moment on the engine's clock, in ticks.</summary>
    internal long AdmitFrom;

    /// <summary>Set by the supervisor, taken by camera ingest: why the next frame begins a new epoch.</summary>
    internal string? PendingReset;

    /// <summary>Set by the guard, taken by the publisher: a plan was refused, the fallback is due.</summary>
    internal int FallbackDue;

    /// <summary>The publisher's: the fallback is what left last.</summary>
    internal int FallbackActive;

    /// <summary>The newest epoch that camera ingest has begun.</summary>
    internal int Epoch = -1;

    /// <summary>Set when the stream is closed: its frames end and no more are taken.</summary>
    public bool IsClosed { get; internal set; }

    public bool IsFallbackActive => Volatile.Read(ref FallbackActive) != 0;

    /// <summary>The pool of the stream's present windows, or null before the first one.</summary>
    public Inference.Kv.KvPool? KvPool => Prefill.Memory?.Pool;

    public EngineHealth Health => (EngineHealth)Volatile.Read(ref _health);

    /// <summary>KV blocks and views lent to the stream's windows and sessions. Exact when the stream is at rest.</summary>
    public int KvLent => Prefill.Lent;

    public StreamCounts Counts
    {
        get
        {
            lock (_lock) return _counts.Copy();
        }
    }

    /// <summary>The lowest number among the frames that have not ended, or null.</summary>
    internal long? OldestOpen()
    {
        lock (_lock)
        {
            long? oldest = null;
            foreach (var ticket in _open)
                if (oldest is null || ticket.Number < oldest) oldest = ticket.Number;
            return oldest;
        }
    }

    internal void Add(FrameTicket ticket)
    {
        lock (_lock)
        {
            _idle.Reset();
            _open.Add(ticket);
            ticket.Number = _counts.Offered++;
            _counts.Open++;
        }
    }

    internal void Close(FrameTicket ticket, FrameEnd end)
    {
        lock (_lock)
        {
            if (!_open.Remove(ticket)) throw new InvalidOperationException($"frame {ticket.FrameId} of {Name} is not among the open ones");
            _counts.Open--;
            _counts.Add(end);
            if (_open.Count == 0) _idle.Set();
        }
    }

    internal bool WaitUntilIdle(TimeSpan bound) => _idle.Wait(bound > TimeSpan.Zero ? bound : TimeSpan.Zero);

    /// <summary>Rings once when the time has passed; a later call takes the earlier one's place.</summary>
    internal void WakeAfter(TimeProvider clock, TimeSpan wait, Wakeup wakeup)
    {
        _wake?.Dispose();
        _wake = clock.CreateTimer(static state => ((Wakeup)state!).Ring(), wakeup, wait, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Has every open frame end at its owner's next look.</summary>
    /// <param name="end">Makes the end from a ticket.</param>
    internal void DoomAll(Func<FrameTicket, FrameEnd> end)
    {
        lock (_lock)
            foreach (var ticket in _open) ticket.Doom(end(ticket));
    }

    /// <summary>Has every open frame end as cancelled.</summary>
    internal void CancelAll() => DoomAll(static _ => FrameEnd.Dropped(DropReasons.Cancelled));

    internal FrameTicket[] OpenTickets()
    {
        lock (_lock) return [.. _open];
    }

    /// <summary>True when the health changed.</summary>
    internal bool Become(EngineHealth health) => Interlocked.Exchange(ref _health, (int)health) != (int)health;

    public void Dispose()
    {
        foreach (var waiting in Waiting) waiting.Dispose();
        Waiting.Clear();
        Prefill.Dispose();
        Inlet.Dispose();
        _wake?.Dispose();
        _idle.Dispose();
    }
}
