namespace FlashDrive.Service.Pipelines;

/// <summary>What the real-time limits of a pipeline are counted in.</summary>
public enum LimitUnit
{
    Millisecond,

    /// <summary>What one frame takes from image to plan with nothing beside it, on one LibTorch thread; measured before the drive.</summary>
    SerialLatency,
}
