using FlashDrive.Actors.Credits;
using FlashDrive.Actors.Observation;
using FlashDrive.Actors.Streams;
using FlashDrive.Actors.Supervision;
using FlashDrive.Inference;
using FlashDrive.Inference.Stages;
using FlashDrive.Runtime;

namespace FlashDrive.Actors;

/// <summary>The actors of one engine, wired: who sends to whom, what they share, and how large each mailbox is.</summary>
internal sealed class Pipeline
{
    // Wake-ups are coalesced: at most one waits.
    private const int Wakeups = 1;

    internal static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(1), LongestBackoff = TimeSpan.FromMilliseconds(40);

    private readonly TimeProvider _clock;
    private readonly long _origin;
    private readonly Lock _lanesLock = new();
    private volatile IReadOnlyList<StreamLane> _lanes = [];
    private int _health;

    internal Pipeline(IActorHost host, EngineStages stages, PipelineOptions options, IEngineObserver observer)
    {
        (Options, Observer, _clock) = (options, observer, host.Clock);
        _origin = _clock.GetTimestamp();
        Ledger = new(observer, options.SessionSlots)
        {
            Ingest = new(() => Ingest!.Tell(default)),
            Prefill = new(() => Prefill!.Tell(default)),
            Publisher = new(() => Publisher!.Tell(default)),
        };
        Supervision = new(this);
        var streams = options.MaxStreams;
        // A session is one message at a time, wherever it is; slots bound them over all streams.
        var sessions = Math.Min(streams * options.Sessions, options.SessionSlots);
        // Frames hold an encode credit until their prefill.
        var encoding = streams * options.EncodeCredits;
        Ingest = Spawn(host, CameraIngestActor.Name, Wakeups, () => new CameraIngestActor(this, stages.Ingest));
        // Slots bound what camera ingest sends.
        Encoder = Spawn(host, StreamingEncoderActor.Name, CreditLedger.EncoderSlots, () => new StreamingEncoderActor(this, stages.Encoder));
        Prefill = Spawn(host, PrefillActor.Name, encoding + Wakeups, () => new PrefillActor(this, stages.Prefill));
        Routine = Spawn(host, RoutineReasonerActor.Name, sessions, () => new RoutineReasonerActor(this, stages.Routine));
        Deliberative = Spawn(host, DeliberativeReasonerActor.Name, sessions, () => new DeliberativeReasonerActor(this, stages.Deliberative));
        Verifier = Spawn(host, VerifierActor.Name, sessions, () => new VerifierActor(this, stages.Verifier));
        Flow = Spawn(host, FlowHeadActor.Name, sessions, () => new FlowHeadActor(this, stages.Flow));
        Guard = Spawn(host, PlanGuardActor.Name, sessions, () => new PlanGuardActor(this, stages.Guard));
        Publisher = Spawn(host, PlanPublisherActor.Name, sessions + Wakeups, () => new PlanPublisherActor(this, new(options.Limits)));
        Actors = [Ingest, Encoder, Prefill, Routine, Deliberative, Verifier, Flow, Guard, Publisher];
        // A notice from each watched actor, beside the wake-ups.
        Supervisor = host.Spawn<SupervisorMessage>(
            new(PipelineSupervisorActor.Name, Actors.Count + Wakeups) { Supervision = new() { Failed = Supervision.Failed } },
            () => new PipelineSupervisorActor(this));
        foreach (var actor in Actors) host.Watch(actor, Supervisor, new SupervisorMessage(actor.Name));
    }

    internal PipelineOptions Options { get; }

    internal IEngineObserver Observer { get; }

    internal CreditLedger Ledger { get; }

    internal FailureSupervision Supervision { get; }

    internal IActorRef<LookAtInlets> Ingest { get; }

    internal IActorRef<AdmittedFrame> Encoder { get; }

    internal IActorRef<PrefillMessage> Prefill { get; }

    internal IActorRef<OpenThought> Routine { get; }

    internal IActorRef<Draft> Deliberative { get; }

    internal IActorRef<ScoredDraft> Verifier { get; }

    internal IActorRef<ReasonedWindow> Flow { get; }

    internal IActorRef<ProposedPlan> Guard { get; }

    internal IActorRef<PublisherMessage> Publisher { get; }

    internal IActorRef<SupervisorMessage> Supervisor { get; }

    /// <summary>The stages' actors in a frame's order.</summary>
    internal IReadOnlyList<IActorRef> Actors { get; }

    /// <summary>A snapshot of the open streams.</summary>
    internal IReadOnlyList<StreamLane> Lanes => _lanes;

    internal TimeProvider Clock => _clock;

    internal EngineHealth Health => (EngineHealth)Volatile.Read(ref _health);

    /// <summary>Time since the engine was built.</summary>
    internal TimeSpan Now => _clock.GetElapsedTime(_origin);

    internal void Add(StreamLane lane)
    {
        lock (_lanesLock) _lanes = [.. _lanes, lane];
    }

    /// <summary>Frees closed streams whose frames have all ended. By prefill, whose state it is.</summary>
    internal void DisposeClosedLanes()
    {
        foreach (var lane in _lanes)
        {
            if (!lane.IsClosed || lane.Counts.Open > 0) continue;
            lock (_lanesLock) _lanes = [.. _lanes.Where(other => other != lane)];
            lane.Dispose();
        }
    }

    /// <summary>How the frame is to end now, or null when it may go on.</summary>
    internal FrameEnd? EndOf(FrameTicket ticket)
    {
        if (ticket.Doomed is { } doom) return doom;
        if (ticket is { Fate: { Lost: true } fate, Facts: not null }) return new(fate.Outcome, fate.Stage, fate.Reason);
        if (Options.Policy == EdgePolicy.Lossless || ticket.Facts is not { } facts) return null;
        if (facts.Epoch < Volatile.Read(ref ticket.Lane.Epoch)) return FrameEnd.Dropped(DropReasons.Epoch);
        return Now - ticket.Arrival >= Options.Limits.StaleAfter ? FrameEnd.Dropped(DropReasons.Stale) : null;
    }

    internal void ChangeHealth(StreamLane lane, EngineHealth health, string reason)
    {
        if (lane.Become(health)) Observer.HealthChanged(lane, health, reason);
    }

    internal void ChangeHealth(EngineHealth health, string reason)
    {
        if (Interlocked.Exchange(ref _health, (int)health) != (int)health) Observer.HealthChanged(null, health, reason);
    }

    /// <summary>
    /// Stage actors restart always and within 50 ms: their weights are in the stage, their streams in the lanes. The short back-off only
    /// keeps one that can never start from using up a core. What failures add up to is the supervisor's to decide.
    /// </summary>
    private IActorRef<T> Spawn<T>(IActorHost host, string name, int capacity, Func<IActor<T>> create) =>
        host.Spawn(new ActorSettings(name, capacity) { Supervision = new SupervisionPolicy { FirstBackoff = FirstBackoff, MaxBackoff = LongestBackoff, Failed = Supervision.Failed } }, create);
}
