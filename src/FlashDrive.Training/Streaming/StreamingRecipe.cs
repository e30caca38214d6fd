using FlashDrive.Driving;
using FlashDrive.Training.Rollouts;

namespace FlashDrive.Training.Streaming;

/// <summary>How the rollouts of a streaming training are drawn.</summary>
/// <param name="LossWindows">Windows of a rollout that the loss is taken of, its last one among them.</param>
/// <param name="Draws">Draws of noise and flow time per such window.</param>
/// <param name="LongShare">Part of the rollouts that are far longer than the others.</param>
public sealed record StreamingRecipe(int LossWindows = 6, int Draws = 4, double LongShare = 0.12)
{
    /// <summary>Windows of an ordinary rollout (flashdrive.md §7).</summary>
    public int Shortest { get; init; } = 4;

    public int Longest { get; init; } = 16;

    /// <summary>Windows of the longest rollout of all.</summary>
    public int LongestOfAll { get; init; } = 60;

    /// <summary>Part of the prefills that insert one frame; the others insert 2 … F.</summary>
    public double SingleShare { get; init; } = 0.6;

    /// <summary>
    /// Part of the small batches that are of single moments instead of one clip: short streams that end when something begins, of which
    /// the continuous clips have few and which the parent drives best.
    /// </summary>
    public double MomentShare { get; init; } = 0.5;

    /// <summary>Part of the moments from the middle of longer drives.</summary>
    public double EpisodeShare { get; init; } = 0.15;

    /// <summary>Ticks of a drive that may pass before the rollout begins.</summary>
    public int LatestStart { get; init; } = 160;

    /// <summary>One rollout.</summary>
    /// <param name="random">Keyed by the rollout.</param>
    /// <param name="frames">Frames per view (F of the design).</param>
    internal RolloutPlan Draw(KeyedRandom random, int frames)
    {
        var isLong = random.Uniform(0) < LongShare;
        var windows = isLong ? Longest + 1 + random.Integer(1, LongestOfAll - Longest) : Shortest + random.Integer(1, Longest - Shortest + 1);
        var inserts = new int[windows];
        inserts[0] = frames;
        for (var w = 1; w < windows; w++)
            inserts[w] = frames == 1 || random.At(2).Uniform((ulong)w) < SingleShare ? 1 : 2 + random.At(3).Integer((ulong)w, frames - 1);
        // The first window is prefilled whole; everything after it is what the expert has to learn.
        var open = Enumerable.Range(1, windows - 2).OrderBy(w => random.At(4).Bits((ulong)w)).Take(LossWindows - 1);
        return new(random.Integer(5, LatestStart + 1), inserts, [.. open.Append(windows - 1).Order()]);
    }

    /// <summary>A short stream that ends with a moment; the loss is taken of its last window.</summary>
    /// <param name="ticks">Most ticks it may have.</param>
    internal RolloutPlan DrawMoment(KeyedRandom random, int frames, int ticks)
    {
        List<int> inserts = [frames];
        var (wanted, left) = (1 + random.Integer(0, Longest / 2), ticks - frames);
        for (var w = 1; w <= wanted && left > 0; w++)
        {
            var count = Math.Min(left, frames == 1 || random.At(2).Uniform((ulong)w) < SingleShare ? 1 : 2 + random.At(3).Integer((ulong)w, frames - 1));
            inserts.Add(count);
            left -= count;
        }
        return new(0, [.. inserts], [inserts.Count - 1]);
    }
}
