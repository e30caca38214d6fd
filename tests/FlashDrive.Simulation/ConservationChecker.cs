using FlashDrive.Actors;
using FlashDrive.Actors.Credits;
using FlashDrive.Actors.Observation;
using FlashDrive.Actors.Streams;
using FlashDrive.Inference;
using FlashDrive.Runtime.Simulation;

namespace FlashDrive.Simulation;

/// <summary>
/// Holds an engine to its accounts: every offered frame ends exactly once and by a known name, a planned one after its plan left,
/// plans leave in order, and at rest every credit, block, view and message is back.
/// </summary>
/// <param name="isOneThread">Whether all actors run in one thread, so that what must hold at every moment can be looked at.</param>
public sealed class ConservationChecker(bool isOneThread) : IEngineObserver
{
    private const int MostViolations = 20;

    private static readonly HashSet<string> KnownDrops =
        [DropReasons.Warming, DropReasons.Superseded, DropReasons.Inlet, DropReasons.Epoch, DropReasons.Stale, DropReasons.Overtaken, DropReasons.Cancelled];

    private readonly HashSet<FrameTicket> _open = [];
    private readonly Dictionary<StreamLane, FrameTicket> _newest = [];
    private FrameTicket? _lastPublished;

    /// <summary>What broke, at most 20.</summary>
    public IReadOnlyList<string> Violations => _violations;

    private readonly List<string> _violations = [];

    /// <summary>Every way in which a frame ended.</summary>
    public IReadOnlySet<FrameEnd> Kinds => _kinds;

    private readonly HashSet<FrameEnd> _kinds = [];

    public long Offered { get; private set; }

    public long Ended { get; private set; }

    public void Violated(string what)
    {
        if (_violations.Count < MostViolations) _violations.Add(what);
    }

    public void FrameOffered(FrameTicket ticket)
    {
        Offered++;
        if (!_open.Add(ticket)) Violated($"{Name(ticket)} was offered twice");
    }

    public void FrameEnded(FrameTicket ticket, FrameEnd end)
    {
        Ended++;
        _kinds.Add(new(end.Outcome, end.Stage, end.Reason));
        if (!_open.Remove(ticket)) Violated($"{Name(ticket)} ended as {Name(end)} and was not open");
        if (!IsKnown(end)) Violated($"{Name(ticket)} ended by no known name: {Name(end)}");
        if (end.Outcome is FrameOutcome.Planned or FrameOutcome.Late && _lastPublished != ticket) Violated($"{Name(ticket)} ended as {Name(end)} and its plan did not leave");
        if (isOneThread && ticket.Lane.Prefill.Memory is { Views: var views } && views.Total - views.Free > ticket.Lane.SessionCredits.InUse)
            Violated($"{Name(ticket)} gave its session credit back before its view");
        if (ticket.Holds(CreditKind.EncoderSlot | CreditKind.Encode | CreditKind.Session)) Violated($"{Name(ticket)} ended and holds a credit");
    }

    public void EndedTwice(FrameTicket ticket, FrameEnd end) => Violated($"{Name(ticket)} ended as {Name(ticket.End!)} and again as {Name(end)}");

    public void Published(PublishedPlan plan)
    {
        if (plan.Mode == PlanMode.Fallback) return;
        _lastPublished = _open.FirstOrDefault(ticket => ticket.Lane == plan.Stream && ticket.FrameId == plan.Plan.FrameId && ticket.Window is not null);
        if (_lastPublished is not { } ticket)
        {
            Violated($"plan {plan.Plan.FrameId} of {plan.Stream.Name} left and no such frame is open");
            return;
        }
        if (_newest.TryGetValue(plan.Stream, out var newest) && !IsBefore(newest, ticket)) Violated($"the plan of {Name(ticket)} left after that of {Name(newest)}");
        _newest[plan.Stream] = ticket;
    }

    /// <summary>Only injected crashes may make an actor throw.</summary>
    public void ActorFailed(string actor, FrameTicket? ticket, Exception cause)
    {
        if (cause is not SimulatedCrashException) Violated($"{actor} threw {cause.GetType().Name}: {cause.Message}");
    }

    /// <summary>To be called when nothing more happens.</summary>
    public void CheckAtRest(DrivingEngine engine)
    {
        foreach (var ticket in _open) Violated($"{Name(ticket)} never ended: it is in {ticket.Stage}");
        CheckPool("the engine", engine.EncoderSlots);
        CheckPool("the engine", engine.SessionSlots);
        foreach (var actor in engine.Actors)
            if (actor.Depth > 0) Violated($"{actor.Depth} messages wait for {actor.Name}");
        foreach (var lane in engine.Streams) CheckAtRest(lane);
    }

    private void CheckAtRest(StreamLane lane)
    {
        CheckPool(lane.Name, lane.EncodeCredits);
        CheckPool(lane.Name, lane.SessionCredits);
        if (lane.Waiting.Count + lane.Held.Count > 0) Violated($"{lane.Waiting.Count} frames and {lane.Held.Count} plans of {lane.Name} still wait");
        var counts = lane.Counts;
        if (counts.Open != 0 || counts.Offered != counts.Ended) Violated($"{lane.Name}: {counts.Offered} offered, {counts.Ended} ended, {counts.Open} open");
        if (lane.Prefill.Memory is { } memory && memory.Views.Free != memory.Views.Total) Violated($"{lane.Name}: {memory.Views.Total - memory.Views.Free} views are lent");
    }

    private void CheckPool(string owner, CreditPool pool)
    {
        if (pool.InUse != 0) Violated($"{owner}: {pool.InUse} of {pool.Total} {pool.Name} credits did not come back");
    }

    /// <summary>By their offers; and by their ids, unless the source's clock was set back, which begins a new epoch.</summary>
    private static bool IsBefore(FrameTicket a, FrameTicket b) => a.Number < b.Number && (a.FrameId < b.FrameId || a.Facts!.Epoch < b.Facts!.Epoch);

    private static bool IsKnown(FrameEnd end) => end.Outcome switch
    {
        FrameOutcome.Planned or FrameOutcome.Late => end is { Plan: not null, Reason: null },
        FrameOutcome.Dropped => end.Reason is { } reason && KnownDrops.Contains(reason),
        _ => end is { Stage: not null, Reason: not null },
    };

    private static string Name(FrameTicket ticket) => $"frame {ticket.Tick.FrameId} of {ticket.Lane.Name}";

    private static string Name(FrameEnd end) => $"{end.Outcome}({end.Stage}, {end.Reason})";
}
