namespace FlashDrive.Inference.Admission;

/// <summary>
/// What is to become of a frame when an admission log is replayed. Without a fate the engine decides by itself.
/// </summary>
/// <param name="Stage">Where it is to fail, for <see cref="FrameOutcome.Failed"/>.</param>
public sealed record FrameFate(FrameOutcome Outcome, string? Stage = null, string? Reason = null)
{
    /// <summary>It joins the window and a newer frame is planned for.</summary>
    public bool IsSuperseded => Outcome == FrameOutcome.Dropped && Reason == DropReasons.Superseded;

    /// <summary>It ends its prefill: the frames that wait with it are inserted together.</summary>
    public bool EndsPrefill => !IsSuperseded && !FailsAt(StageNames.Encode);

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
