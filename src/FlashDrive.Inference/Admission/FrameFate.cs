namespace FlashDrive.Inference.Admission;

/// <summary>
/// What is to become of a frame when an admission log is replayed. Without a fate the engine decides by itself.
/// </summary>
/// <param name="Stage">Where it is to fail, for <see cref="FrameOutcome.Failed"/>.</param>
/// <param name="Lost">It ended before a prefill began with it, and never joined the window.</param>
/// <param name="Reset">Why the engine began a new epoch with it, when its source gave no reason.</param>
public sealed record FrameFate(FrameOutcome Outcome, string? Stage = null, string? Reason = null, bool Lost = false, string? Reset = null)
{
    /// <summary>It joins the window and a newer frame is planned for.</summary>
    public bool IsSuperseded => Outcome == FrameOutcome.Dropped && Reason == DropReasons.Superseded;

    public bool FailsAt(string stage) => Outcome == FrameOutcome.Failed && Stage == stage;

    /// <exception cref="RecordedFailureException">The frame failed at this stage when it was recorded.</exception>
    public void Enter(string stage)
    {
        if (FailsAt(stage)) throw new RecordedFailureException(stage, Reason ?? "recorded");
    }
}

/// <summary>A failure of the recorded run, repeated in its replay.</summary>
public sealed class RecordedFailureException(string stage, string reason) : Exception($"{stage}: failed when it was recorded ({reason})")
{
    public string Reason { get; } = reason;
}
