namespace FlashDrive.Training.Drafting;

/// <summary>What a drafter is trained on.</summary>
/// <param name="Groups">Groups of thoughts; even ones are of single windows, odd ones of one streamed clip each.</param>
/// <param name="ThoughtsPerGroup">Thoughts of a group.</param>
/// <param name="ValidationGroups">Groups of worlds that are not learned from.</param>
/// <param name="BlocksPerMicroBatch">Blocks of one small batch.</param>
public sealed record DraftRecipe(int Groups = 600, int ThoughtsPerGroup = 8, int ValidationGroups = 40, int BlocksPerMicroBatch = 64)
{
    /// <summary>Part of the thoughts that take the best token everywhere; the others are drawn at T = 0.6, top-p 0.98.</summary>
    public double GreedyShare { get; init; } = 0.5;

    /// <summary>Part of the single windows from the middle of longer drives.</summary>
    public double EpisodeShare { get; init; } = 0.3;

    /// <summary>Part of the blocks that are a thought's first one, with which every thought begins.</summary>
    public double FirstShare { get; init; } = 0.15;

    /// <summary>γ of the weights exp(−k/γ) of a block's proposals.</summary>
    public double Gamma { get; init; } = 3;
}
