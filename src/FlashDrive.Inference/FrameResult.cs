namespace FlashDrive.Inference;

/// <summary>How a frame ended; exactly one per admitted or refused frame.</summary>
public enum FrameOutcome
{
    /// <summary>A plan was made.</summary>
    Planned,

    /// <summary>The first frames of a window are being collected.</summary>
    Warming,

    /// <summary>The engine was slower than the cameras: the frame joined the window, and a newer one was planned for.</summary>
    Superseded,

    /// <summary>The tick was malformed and never admitted; <see cref="FrameResult.Reason"/> tells why.</summary>
    Refused,

    /// <summary>A stage failed; <see cref="FrameResult.Stage"/> and <see cref="FrameResult.Reason"/> tell where and why.</summary>
    Failed,
}

/// <summary>The end of one frame.</summary>
public sealed record FrameResult(long FrameId, FrameOutcome Outcome, Plan? Plan, StageTimes Times, string? Stage = null, string? Reason = null);
