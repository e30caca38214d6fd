using FlashDrive.Inference;

namespace FlashDrive.Service.Bench.Ablation;

/// <summary>One way of driving the same windows.</summary>
/// <param name="Tuned">With the action expert that was tuned for streaming.</param>
internal sealed record AblationRow(string Name, Techniques Techniques, bool Tuned = false)
{
    public const string Baseline = "baseline", System = "system", All = "all";

    /// <summary>The rows of the paper's Table 1: each technique alone sits on the system work.</summary>
    public static IReadOnlyList<AblationRow> Table { get; } =
    [
        new(Baseline, Techniques.None),
        new(System, Techniques.System),
        new("system + streaming", Techniques.System | Techniques.Streaming),
        new("system + speculation", Techniques.System | Techniques.Speculation),
        new("system + adaptive", Techniques.System | Techniques.Adaptive),
        new(All, Techniques.All, Tuned: true),
    ];

    public bool Streams => Techniques.HasFlag(Techniques.Streaming);
}
