using FlashDrive.Actors;
using FlashDrive.Actors.Observation;
using FlashDrive.Actors.Streams;

namespace FlashDrive.Simulation;

/// <summary>
/// After the last fault every stream plans again within three periods; with F frames of a view, a window that was reset needs F
/// ticks before the first plan, so it is F + 1 periods when F is above two. A stream whose admission backs off counts from its end.
/// </summary>
internal sealed class RecoveryWatch(Scenario scenario, Func<TimeSpan> now) : IEngineObserver
{
    private readonly Dictionary<StreamLane, TimeSpan> _planned = [];
    private TimeSpan _begun = TimeSpan.MaxValue;

    private TimeSpan Bound => Math.Max(3, scenario.FramesPerCamera + 1) * scenario.Comfortable;

    internal void Begin() => _begun = now();

    public void Published(PublishedPlan plan)
    {
        if (plan.Mode != PlanMode.Fallback && now() >= _begun) _planned.TryAdd(plan.Stream, now());
    }

    /// <summary>Whether another good tick is to come: it has not planned yet and there is time left.</summary>
    internal bool IsWanted(StreamLane lane) => !_planned.ContainsKey(lane) && now() <= Due(lane);

    internal void Check(ConservationChecker checker, DrivingEngine engine)
    {
        foreach (var lane in engine.Streams)
            if (!_planned.TryGetValue(lane, out var at)) checker.Violated($"{lane.Name} did not plan again after the last fault");
            else if (at > Due(lane)) checker.Violated($"{lane.Name} planned again {at - _begun} after the last fault, and not by {Due(lane) - _begun}");
    }

    /// <summary>The host and the engine began at the same time.</summary>
    private TimeSpan Due(StreamLane lane) => Later(_begun, TimeSpan.FromTicks(Volatile.Read(ref lane.AdmitFrom))) + Bound;

    private static TimeSpan Later(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
