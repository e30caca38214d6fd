using FlashDrive.Actors.Observation;
using FlashDrive.Driving;
using FlashDrive.Driving.Metrics;
using FlashDrive.Inference;

namespace FlashDrive.Service.Drive;

/// <summary>Makes records of how frames ended; scores a plan against the path driven afterwards where the clip knows it.</summary>
internal static class PlanRecords
{
    /// <param name="stage">Where it failed or was refused.</param>
    public static PlanRecord Of(FrameBundle bundle, FrameOutcome outcome, Plan? plan, string? stage, string? reason, string? detail)
    {
        var record = new PlanRecord(bundle.FrameId, bundle.TickMicroseconds, OutcomeOf(outcome), TimeSpan.Zero)
        {
            Truth = bundle.Future,
            CameraSpread = SpreadOf(bundle),
        };
        var failed = outcome == FrameOutcome.Failed;
        if (!record.HasPlan || plan is null) return record with { Reason = failed ? stage : reason, Cause = failed ? reason : null, Detail = detail ?? (failed ? reason : null) };
        var truth = bundle.Future;
        return Content(record, plan) with
        {
            Patched = plan.Patched,
            Ade = truth is null ? null : DisplacementErrors.Average(plan.Trajectories[0], truth),
            MinAde = truth is null ? null : DisplacementErrors.MinimumAverage(plan.Trajectories, truth),
        };
    }

    /// <summary>A plan that left in place of one that did not come.</summary>
    public static PlanRecord Fallback(PublishedPlan published) =>
        Content(new(published.Plan.FrameId, published.Plan.TickMicroseconds, PlanOutcome.Fallback, published.Latency), published.Plan) with
        {
            Stream = published.Stream.Name,
            Mode = PlanMode.Fallback,
            Age = published.Age,
        };

    private static PlanRecord Content(PlanRecord record, Plan plan) =>
        record with { Reasoning = plan.Reasoning, Tokens = plan.Thoughts[0].Tokens, TokenSources = plan.Thoughts[0].Sources, Pieces = plan.Thoughts[0].Pieces, Trajectories = plan.Trajectories };

    private static TimeSpan SpreadOf(FrameBundle bundle) =>
        bundle.NewCaptures is { } captures ? TimeSpan.FromMicroseconds(captures.Newest - captures.Oldest) : TimeSpan.Zero;

    private static PlanOutcome OutcomeOf(FrameOutcome outcome) => outcome switch
    {
        FrameOutcome.Planned => PlanOutcome.Planned,
        FrameOutcome.Late => PlanOutcome.Late,
        FrameOutcome.Refused => PlanOutcome.Refused,
        FrameOutcome.Failed => PlanOutcome.Failed,
        _ => PlanOutcome.Dropped,
    };
}
