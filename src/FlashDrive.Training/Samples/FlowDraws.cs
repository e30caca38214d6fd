using FlashDrive.Driving;
using FlashDrive.Torch;

namespace FlashDrive.Training.Samples;

/// <summary>What the flow learns of one moment: the expert's actions, and some draws of noise and flow time.</summary>
/// <param name="Actions">[waypoints·2] normalised acceleration and curvature.</param>
/// <param name="Noise">[draws, waypoints·2] standard normal.</param>
/// <param name="Times">[draws] flow times, 0.999·(1 − s) with s of Beta(3/2, 1).</param>
public sealed record FlowDraws(float[] Actions, float[] Noise, float[] Times)
{
    private const int TimeKey = 20, NoiseKey = 30;

    /// <param name="random">Keyed by the moment.</param>
    public static FlowDraws Of(KeyedRandom random, float[] actions, int draws)
    {
        var noise = new float[draws * actions.Length];
        var times = new float[draws];
        for (var d = 0; d < draws; d++)
        {
            // s of Beta(3/2, 1) is a uniform number to the power 2/3.
            times[d] = (float)(0.999 * (1 - Math.Pow(random.At(TimeKey).Uniform((ulong)d), 2.0 / 3)));
            for (var k = 0; k < actions.Length; k++) noise[d * actions.Length + k] = (float)random.At(NoiseKey + (ulong)d).Normal((ulong)k);
        }
        return new(actions, noise, times);
    }

    /// <summary>Moments with equally many draws, one after another.</summary>
    public static StackedDraws Stack(IReadOnlyList<FlowDraws> moments)
    {
        int contexts = moments.Count, draws = moments[0].Times.Length, points = moments[0].Actions.Length / 2, n = contexts * draws;
        var actions = torch.tensor(moments.SelectMany(m => m.Actions).ToArray(), contexts, 1, points, 2).expand(contexts, draws, points, 2).reshape(n, points, 2);
        return new(actions, torch.tensor(moments.SelectMany(m => m.Noise).ToArray(), n, points, 2), torch.tensor(moments.SelectMany(m => m.Times).ToArray(), n, 1, 1));
    }
}

/// <param name="Actions">[n, waypoints, 2]</param>
/// <param name="Noise">[n, waypoints, 2]</param>
/// <param name="Times">[n, 1, 1]</param>
public sealed record StackedDraws(Tensor Actions, Tensor Noise, Tensor Times);
