namespace FlashDrive.Inference;

/// <summary>How long a frame spent in each stage of the paper.</summary>
public readonly record struct StageTimes(TimeSpan Encode, TimeSpan Prefill, TimeSpan Decode, TimeSpan Action)
{
    public TimeSpan Total => Encode + Prefill + Decode + Action;

    /// <param name="stage">Index into <see cref="StageNames.All"/>.</param>
    public TimeSpan Of(int stage) => stage switch
    {
        0 => Encode,
        1 => Prefill,
        2 => Decode,
        3 => Action,
        _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, "there are four stages"),
    };
}
