using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Reflection;
using FlashDrive.Actors.Credits;
using FlashDrive.Actors.Streams;
using FlashDrive.Inference;
using FlashDrive.Runtime.Stalls;

namespace FlashDrive.Actors.Observation;

/// <summary>
/// The engine's metrics (docs/metrics.md). Labels are configured names and stable reasons, never a frame's id. What is counted is
/// pushed as it happens; what stands somewhere (depths, credits, blocks) is read when somebody scrapes.
/// </summary>
public sealed class EngineInstruments : IEngineObserver, IDisposable
{
    // Explicit boundaries in seconds: from a quick stage on a GPU to a plan that is worth nothing any more.
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2, 5],
    };

    private readonly Meter _meter = new(InstrumentNames.Meter);
    private readonly Counter<long> _frames, _restarts, _reprefills, _tokens, _drafted, _accepted, _closed, _evaluations, _rejections, _stalls;
    private readonly Counter<double> _stallTime;
    private readonly Histogram<double> _age, _latency, _spread, _duration, _wait;
    private DrivingEngine? _engine;

    public EngineInstruments()
    {
        Counter<long> Counter(string name, string unit, string description) => _meter.CreateCounter<long>(name, unit, description);
        Histogram<double> Histogram(string name, string description) => _meter.CreateHistogram(name, "s", description, advice: Seconds);
        _frames = Counter(InstrumentNames.Frames, "{frame}", "Frames by how they ended");
        _restarts = Counter(InstrumentNames.ActorRestarts, "{restart}", "Actors made anew after a throw");
        _reprefills = Counter(InstrumentNames.Reprefills, "{window}", "Windows computed whole, by reason");
        _tokens = Counter(InstrumentNames.ReasoningTokens, "{token}", "Generated tokens of published plans");
        _drafted = Counter(InstrumentNames.DraftedTokens, "{token}", "Tokens proposed by a drafter");
        _accepted = Counter(InstrumentNames.AcceptedTokens, "{token}", "Proposed tokens the verifier took");
        _closed = Counter(InstrumentNames.ThoughtsClosed, "{thought}", "Thoughts that their budget closed");
        _evaluations = Counter(InstrumentNames.FlowEvaluations, "{evaluation}", "Evaluations of the velocity field");
        _rejections = Counter(InstrumentNames.GuardRejections, "{plan}", "Plans refused, by rule");
        _stalls = Counter(InstrumentNames.Stalls, "{stall}", "Times that the process or its thread pool stood still");
        _stallTime = _meter.CreateCounter<double>(InstrumentNames.StallTime, "s", "How long it stood still, the collector's part apart");
        _age = Histogram(InstrumentNames.FrameAge, "From the capture of a plan's oldest new image to its publication");
        _latency = Histogram(InstrumentNames.FrameLatency, "From a frame's arrival to its plan's publication");
        _spread = Histogram(InstrumentNames.CameraSpread, "Between the oldest and the newest camera of a tick");
        _duration = Histogram(InstrumentNames.StageDuration, "Time a stage worked on a message");
        _wait = Histogram(InstrumentNames.QueueWait, "Time a message waited for its stage");
        _meter.CreateObservableGauge(InstrumentNames.MailboxDepth, Depths, "{message}", "Messages that wait");
        _meter.CreateObservableGauge(InstrumentNames.CreditsInUse, Credits, "{credit}", "Credits held by frames");
        _meter.CreateObservableGauge(InstrumentNames.KvBlocks, Blocks, "{block}", "KV blocks by state");
        _meter.CreateObservableGauge(InstrumentNames.FallbackActive, () => Streams(lane => lane.IsFallbackActive ? 1L : 0), description: "1 while a stream's fallback is what was published last");
        _meter.CreateObservableGauge(InstrumentNames.Subscribers, () => Subscribers?.Invoke() ?? 0, "{subscriber}", "Receivers of plans");
        _meter.CreateObservableGauge(InstrumentNames.BuildInfo, () => new Measurement<long>(1, new KeyValuePair<string, object?>("version", Version)), description: "1, labelled with what is running");
    }

    /// <summary>Counts the receivers of plans.</summary>
    public Func<long>? Subscribers { get; set; }

    private static string Version => typeof(EngineInstruments).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>Names the engine whose depths, credits and blocks are read.</summary>
    public void Attach(DrivingEngine engine) => _engine = engine;

    public void StageDone(in StageSpan span)
    {
        var stage = new KeyValuePair<string, object?>("stage", span.Stage);
        _duration.Record(span.Duration.TotalSeconds, stage);
        _wait.Record(span.Queued.TotalSeconds, stage);
        if (span.Stage == StageNames.Ingest) _spread.Record(span.Ticket.SpreadMicroseconds / 1e6);
    }

    public void FrameEnded(FrameTicket ticket, FrameEnd end)
    {
        var tags = new TagList { { "stream", ticket.Lane.Name }, { "outcome", FrameOutcomes.NameOf(end.Outcome) }, { "reason", end.Stage is { } stage ? $"{stage}:{end.Reason}" : end.Reason ?? "" } };
        _frames.Add(1, tags);
        if (end is { Stage: StageNames.Guard, Reason: { } rule }) _rejections.Add(1, new KeyValuePair<string, object?>("rule", rule));
        if (ticket.Window?.ReprefillReason is { } why) _reprefills.Add(1, new KeyValuePair<string, object?>("reason", why));
        var work = ticket.Work;
        if (work.Evaluations > 0) _evaluations.Add(work.Evaluations, new KeyValuePair<string, object?>("kind", "computed"));
        if (work.Drafted > 0) _drafted.Add(work.Drafted, new KeyValuePair<string, object?>("source", work.Source));
        if (work.Closed > 0) _closed.Add(work.Closed);
        if (work.Accepted > 0) _accepted.Add(work.Accepted, new KeyValuePair<string, object?>("source", work.Source));
    }

    public void Published(PublishedPlan plan)
    {
        if (plan.Mode == PlanMode.Fallback) return;
        var stream = new KeyValuePair<string, object?>("stream", plan.Stream.Name);
        _latency.Record(plan.Latency.TotalSeconds, stream);
        _age.Record(plan.Age.TotalSeconds, stream);
        var tokens = 0;
        foreach (var thought in plan.Plan.Thoughts) tokens += thought.Tokens.Count;
        _tokens.Add(tokens);
    }

    public void ActorFailed(string actor, FrameTicket? ticket, Exception cause) => _restarts.Add(1, new KeyValuePair<string, object?>("actor", actor));

    /// <summary>Counts a standstill that a <see cref="StallWatch"/> noticed.</summary>
    public void Stalled(Stall stall)
    {
        var kind = new KeyValuePair<string, object?>("kind", stall.Kind == StallKind.Process ? "process" : "thread_pool");
        _stalls.Add(1, kind);
        _stallTime.Add(stall.Collecting.TotalSeconds, kind, new KeyValuePair<string, object?>("cause", "collecting"));
        _stallTime.Add((stall.Duration - stall.Collecting).TotalSeconds, kind, new KeyValuePair<string, object?>("cause", "other"));
    }

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<long>> Depths() =>
        _engine is null ? [] : _engine.Actors.Select(actor => new Measurement<long>(actor.Depth, new KeyValuePair<string, object?>("actor", actor.Name)));

    private IEnumerable<Measurement<long>> Credits()
    {
        if (_engine is null) yield break;
        yield return Credit("encoder_slot", null, _engine.EncoderSlots);
        yield return Credit("session_slot", null, _engine.SessionSlots);
        foreach (var lane in _engine.Streams)
        {
            yield return Credit("encode", lane.Name, lane.EncodeCredits);
            yield return Credit("session", lane.Name, lane.SessionCredits);
        }
    }

    private static Measurement<long> Credit(string kind, string? stream, CreditPool pool) =>
        new(pool.InUse, new KeyValuePair<string, object?>("kind", kind), new KeyValuePair<string, object?>("stream", stream ?? ""));

    private IEnumerable<Measurement<long>> Blocks()
    {
        foreach (var lane in _engine?.Streams ?? [])
        {
            if (lane.KvPool is not { } pool) continue;
            var (free, total) = (pool.Free, pool.Total);
            yield return new(free, new KeyValuePair<string, object?>("state", "free"), new KeyValuePair<string, object?>("stream", lane.Name));
            yield return new(total - free, new KeyValuePair<string, object?>("state", "lent"), new KeyValuePair<string, object?>("stream", lane.Name));
        }
    }

    private IEnumerable<Measurement<long>> Streams(Func<StreamLane, long> value) =>
        (_engine?.Streams ?? []).Select(lane => new Measurement<long>(value(lane), new KeyValuePair<string, object?>("stream", lane.Name)));
}
