namespace FlashDrive.Service.Drive;

/// <summary>How a frame ended. Every frame ends exactly once.</summary>
public enum PlanOutcome
{
    Planned,

    /// <summary>Admitted, but no plan was made for it: <c>warming</c> or <c>superseded</c>.</summary>
    Dropped,

    /// <summary>Malformed and never admitted.</summary>
    Refused,

    /// <summary>A stage failed; the reason names it.</summary>
    Failed,
}
