namespace FlashDrive.Inference;

/// <summary>How a frame ended; exactly one per frame that was offered.</summary>
public enum FrameOutcome
{
    /// <summary>A plan was published in time.</summary>
    Planned,

    /// <summary>A plan was published after its deadline.</summary>
    Late,

    /// <summary>No plan, and nothing went wrong; <see cref="FrameResult.Reason"/> tells why (<see cref="DropReasons"/>).</summary>
    Dropped,

    /// <summary>The tick was malformed and never admitted; <see cref="FrameResult.Reason"/> tells why.</summary>
    Refused,

    /// <summary>A stage failed; <see cref="FrameResult.Stage"/> and <see cref="FrameResult.Reason"/> tell where and why.</summary>
    Failed,
}

/// <summary>Stable names of how frames end, as metrics and traces have them.</summary>
public static class FrameOutcomes
{
    public static string NameOf(FrameOutcome outcome) => outcome switch
    {
        FrameOutcome.Planned => "planned",
        FrameOutcome.Late => "late",
        FrameOutcome.Dropped => "dropped",
        FrameOutcome.Refused => "refused",
        _ => "failed",
    };
}

/// <summary>The end of one frame.</summary>
/// <param name="Reason">Stable, machine-readable; null for a plan.</param>
/// <param name="Detail">The whole message of a failure or refusal.</param>
public sealed record FrameResult(
    long FrameId, FrameOutcome Outcome, Plan? Plan, StageTimes Times, string? Stage = null, string? Reason = null, string? Detail = null);
