using FlashDrive.Inference;

namespace FlashDrive.Actors.Credits;

/// <summary>How a frame ended.</summary>
/// <param name="Stage">Where it failed or was refused.</param>
/// <param name="Reason">Stable, machine-readable; null for a plan.</param>
/// <param name="Detail">The whole message of a failure or refusal.</param>
/// <param name="Plan">The plan that left, or the one a guard refused.</param>
public sealed record FrameEnd(FrameOutcome Outcome, string? Stage = null, string? Reason = null, string? Detail = null, Plan? Plan = null)
{
    public static FrameEnd Dropped(string reason) => new(FrameOutcome.Dropped, Reason: reason);

    public static FrameEnd Failed(string stage, string reason, string? detail = null, Plan? plan = null) => new(FrameOutcome.Failed, stage, reason, detail, plan);
}
