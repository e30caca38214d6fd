using FlashDrive.Inference;

namespace FlashDrive.Service.Drive;

/// <summary>The paper's names of the four stages, in order, and the times under them.</summary>
public static class StageNames
{
    public static readonly IReadOnlyList<string> All = ["encode", "prefill", "decode", "action"];

    /// <param name="stage">Index into <see cref="All"/>.</param>
    public static TimeSpan Of(this StageTimes times, int stage) => stage switch
    {
        0 => times.Encode,
        1 => times.Prefill,
        2 => times.Decode,
        3 => times.Action,
        _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, "there are four stages"),
    };
}
