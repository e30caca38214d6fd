namespace FlashDrive.Inference.Speculation;

/// <summary>Whether thoughts are drafted in blocks and verified by the target (flashdrive.md §3). It changes no token.</summary>
public sealed record DraftingOptions(bool Enabled = false)
{
    /// <summary>Longest draft that one verification takes beside the known token: the target scores at most 16 rows at once.</summary>
    public const int LongestDraft = 15;

    /// <summary>
    /// What a drafted round costs in plain rounds: drafting pays while a round yields more tokens than this. A figure of the model and
    /// the machine from the configuration, never a measured time.
    /// </summary>
    public double CostRatio { get; init; } = 1.3;

    /// <summary>Rounds whose mean yield decides.</summary>
    public int Window { get; init; } = 50;

    /// <summary>Plain rounds after which drafting is tried again.</summary>
    public int ProbeAfter { get; init; } = 500;
}
