namespace FlashDrive.Inference;

/// <summary>How long a frame spent in each stage of the paper.</summary>
public readonly record struct StageTimes(TimeSpan Encode, TimeSpan Prefill, TimeSpan Decode, TimeSpan Action)
{
    public TimeSpan Total => Encode + Prefill + Decode + Action;
}
