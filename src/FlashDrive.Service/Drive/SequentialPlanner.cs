using FlashDrive.Actors.Observation;
using FlashDrive.Driving;
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
        var record = PlanRecords.Of(bundle, result.Outcome, result.Plan, result.Stage, result.Reason, result.Detail) with { Stages = result.Times };
        return result.Plan is { } plan && record.HasPlan ? record with { Mode = PublishedPlan.ModeOf(plan) } : record;
    }
}
