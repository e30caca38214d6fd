namespace FlashDrive.Service.Drive;

/// <summary>How a frame ended. Every frame ends exactly once.</summary>
public enum PlanOutcome
{
    Planned,
    Dropped,
    Failed,
}
