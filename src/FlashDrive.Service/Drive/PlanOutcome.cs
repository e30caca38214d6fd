namespace FlashDrive.Service.Drive;

/// <summary>How a frame ended. Every frame ends exactly once.</summary>
public enum PlanOutcome
{
    Planned,

    /// <summary>Planned, but after its deadline.</summary>
    Late,

    /// <summary>Admitted, but no plan of it left: the reason is one of <see cref="Inference.DropReasons"/>, or <c>interrupted</c>.</summary>
    Dropped,

    /// <summary>Malformed and never admitted.</summary>
    Refused,

    /// <summary>A stage failed; the reason names it.</summary>
    Failed,

    /// <summary>The end of no frame: no plan came in time, and the last one was continued, braking to rest.</summary>
    Fallback,
}
