using FlashDrive.Driving;
using FlashDrive.Driving.Metrics;
using FlashDrive.Inference;

namespace FlashDrive.Service.Drive;

/// <summary>Plans in the calling thread, one frame at a time; scores each plan against the path driven afterwards where the clip knows it.</summary>
/// <param name="rollout">Ownership passes to this object.</param>
public sealed class SequentialPlanner(SequentialRollout rollout) : IPlanner
{
    public IReadOnlyList<PlanRecord> Plan(IReadOnlyList<FrameBundle> waiting, CancellationToken cancel)
    {
        var records = new List<PlanRecord>(waiting.Count);
        for (var i = 0; i < waiting.Count - 1; i++) records.Add(Record(waiting[i], rollout.Supersede(waiting[i])));
        records.Add(Record(waiting[^1], rollout.Step(waiting[^1], cancel)));
        return records;
    }

    public void Dispose() => rollout.Dispose();

    internal static PlanRecord Record(FrameBundle bundle, FrameResult result)
    {
        var record = new PlanRecord(bundle.FrameId, bundle.TickMicroseconds, OutcomeOf(result.Outcome), TimeSpan.Zero) { Truth = bundle.Future };
        if (result.Outcome != FrameOutcome.Planned || result.Plan is not { } plan)
            return record with { Reason = result.Outcome == FrameOutcome.Failed ? result.Stage : result.Reason, Detail = result.Detail ?? (result.Outcome == FrameOutcome.Failed ? result.Reason : null) };
        var truth = bundle.Future;
        return record with
        {
            Patched = plan.Patched,
            Reasoning = plan.Reasoning,
            Tokens = plan.Thoughts[0].Tokens,
            Trajectories = plan.Trajectories,
            Stages = result.Times,
            Ade = truth is null ? null : DisplacementErrors.Average(plan.Trajectories[0], truth),
            MinAde = truth is null ? null : DisplacementErrors.MinimumAverage(plan.Trajectories, truth),
        };
    }

    private static PlanOutcome OutcomeOf(FrameOutcome outcome) => outcome switch
    {
        FrameOutcome.Planned => PlanOutcome.Planned,
        FrameOutcome.Refused => PlanOutcome.Refused,
        FrameOutcome.Failed => PlanOutcome.Failed,
        _ => PlanOutcome.Dropped,
    };
}
