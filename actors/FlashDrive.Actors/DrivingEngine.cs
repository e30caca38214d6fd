using FlashDrive.Actors.Credits;
using FlashDrive.Actors.Observation;
using FlashDrive.Actors.Streams;
using FlashDrive.Inference;
using FlashDrive.Inference.Stages;
using FlashDrive.Runtime;

namespace FlashDrive.Actors;

/// <summary>
/// The engine: streams of frames in, plans out through its observer. Frames of one stream overlap across the stages; streams share
/// them.
/// </summary>
public sealed class DrivingEngine : IDisposable
{
    // Often enough that a fallback is late by a quarter of its time at most.
    internal const int FallbackLooks = 4;

    private readonly IActorHost _host;
    private readonly Pipeline _pipeline;
    private readonly ITimer? _watch;
    private readonly Lock _lock = new();
    private bool _disposed;

    /// <param name="host">Runs the actors; ownership passes to this object.</param>
    /// <param name="stages">Used by this engine alone while it lives.</param>
    public DrivingEngine(IActorHost host, EngineStages stages, PipelineOptions options, IEngineObserver? observer = null)
    {
        _host = host;
        _pipeline = new(host, stages, options.Validated(), observer ?? new ObserverGroup());
        if (options.Policy == EdgePolicy.RealTime && options.Limits.FallbackAfter < TimeSpan.MaxValue)
        {
            var period = options.Limits.FallbackAfter / FallbackLooks;
            _watch = host.Clock.CreateTimer(static ledger => ((CreditLedger)ledger!).Publisher.Ring(), _pipeline.Ledger, period, period);
        }
    }

    /// <summary>The stages' actors in a frame's order.</summary>
    public IReadOnlyList<IActorRef> Actors => _pipeline.Actors;

    public IReadOnlyList<StreamLane> Streams => _pipeline.Lanes;

    /// <summary>Places in the encoder, shared by all streams.</summary>
    public CreditPool EncoderSlots => _pipeline.Ledger.Slots;

    /// <summary>Places between prefill and plan, shared by all streams.</summary>
    public CreditPool SessionSlots => _pipeline.Ledger.SessionSlots;

    public EngineHealth Health => _pipeline.Health;

    /// <summary>Cold restarts of the whole pipeline.</summary>
    public int PipelineRestarts => _pipeline.Supervision.PipelineRestarts;

    /// <summary>Time since the engine was built.</summary>
    public TimeSpan Now => _pipeline.Now;

    /// <summary>For tests that plant bugs.</summary>
    internal Pipeline Pipeline => _pipeline;

    /// <exception cref="InvalidOperationException">As many streams are open as the engine was made for, or one has this name.</exception>
    public EngineStream Open(StreamOptions options)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var lanes = _pipeline.Lanes;
            if (lanes.Any(lane => lane.Name == options.Name)) throw new InvalidOperationException($"a stream named '{options.Name}' is open already");
            if (lanes.Count == _pipeline.Options.MaxStreams)
                throw new InvalidOperationException($"{lanes.Count} streams are open, and the engine was made for {_pipeline.Options.MaxStreams}: close one, or raise max streams");
            var index = Enumerable.Range(0, lanes.Count + 1).First(i => lanes.All(lane => lane.Index != i));
            var opened = new StreamLane(index, options, _pipeline.Options, _pipeline.Now);
            _pipeline.Add(opened);
            return new(_pipeline, opened);
        }
    }

    /// <summary>Ends the frames in flight as cancelled and waits until none is open.</summary>
    /// <returns>False when some stage did not let go in time.</returns>
    public bool Shutdown(TimeSpan bound)
    {
        var lanes = _pipeline.Lanes;
        foreach (var lane in lanes) lane.CancelAll();
        _pipeline.Ledger.RingAll();
        var begun = _pipeline.Now;
        return lanes.All(lane => lane.WaitUntilIdle(bound - (_pipeline.Now - begun)));
    }

    /// <summary>Stops the actors. Frames still open end as cancelled.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed) return;
            _disposed = true;
        }
        _watch?.Dispose();
        foreach (var lane in _pipeline.Lanes) lane.CancelAll();
        _host.Dispose();
        foreach (var lane in _pipeline.Lanes)
        {
            foreach (var ticket in lane.OpenTickets()) _pipeline.Ledger.End(ticket, ticket.Doomed!);
            lane.Dispose();
        }
    }
}
