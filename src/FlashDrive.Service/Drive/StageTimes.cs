namespace FlashDrive.Service.Drive;

/// <summary>How long each stage of one plan took, under the paper's stage names.</summary>
public readonly record struct StageTimes(TimeSpan Encode, TimeSpan Prefill, TimeSpan Decode, TimeSpan Action)
{
    public static readonly IReadOnlyList<string> Names = ["encode", "prefill", "decode", "action"];

    public TimeSpan this[int stage] => stage switch
    {
        0 => Encode,
        1 => Prefill,
        2 => Decode,
        3 => Action,
        _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, "there are four stages"),
    };

    public TimeSpan Sum => Encode + Prefill + Decode + Action;
}
