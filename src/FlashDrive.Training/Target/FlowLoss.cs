using FlashDrive.Model.Expert;
using FlashDrive.Model.Layers;
using FlashDrive.Torch;
using FlashDrive.Training.Samples;

namespace FlashDrive.Training.Target;

/// <summary>The loss of the flow's velocity over cached contexts (alpamayo.md §11.2).</summary>
internal static class FlowLoss
{
    // With these a constant error of one counts about eleven times, white noise of one less than one and a half times.
    private const double HeadingScale = 8, PathScale = 32, SumWeight = 0.3;

    /// <summary>Velocity of the expert at the draws' noisy actions minus the straight line's, [contexts·draws, points, 2].</summary>
    /// <param name="seen">[contexts] keys of each context that may be read, of <paramref name="keys"/>.</param>
    /// <param name="positions">[contexts] rotary position of each context's first action token.</param>
    internal static Tensor VelocityError(
        ActionExpert expert, int kvHeads, IKeyValueCache cache, StackedDraws draws, IReadOnlyList<int> seen, IReadOnlyList<int> positions, int keys)
    {
        int contexts = seen.Count, n = (int)draws.Times.size(0), points = (int)draws.Actions.size(1), perContext = n / contexts;
        var x = draws.Actions * draws.Times + draws.Noise * (1.0 - draws.Times);
        var mask = new float[contexts * kvHeads * keys];
        var places = new int[3 * n * points];
        for (var c = 0; c < contexts; c++)
        {
            for (var h = 0; h < kvHeads; h++)
                mask.AsSpan((c * kvHeads + h) * keys + seen[c], keys - seen[c]).Fill(float.NegativeInfinity);
            for (var d = 0; d < perContext; d++)
                for (var i = 0; i < points; i++)
                    for (var axis = 0; axis < 3; axis++)
                        places[(axis * n + c * perContext + d) * points + i] = positions[c] + i;
        }
        var tables = expert.Rotary.Tables(places);
        var dim = tables.Cos.size(-1);
        var rotary = new RotaryTables(tables.Cos.view(n, points, dim), tables.Sin.view(n, points, dim));
        var velocity = expert.Velocity(x, draws.Times, rotary, cache, torch.tensor(mask, contexts * kvHeads, 1, keys));
        return velocity - (draws.Actions - draws.Noise);
    }

    /// <summary>
    /// Mean squared error of the velocity, of its running sum and of that one's running sum. Speed and heading are sums of actions
    /// and the path is a sum of those, so slow errors cost metres where fast ones cost nothing. Every quadratic form has the same
    /// minimum, the mean velocity: the flow that is learned is the same, only sooner where it matters.
    /// </summary>
    internal static Tensor Of(Tensor error)
    {
        var heading = error.cumsum(1) * (1 / HeadingScale);
        var path = heading.cumsum(1) * (1 / PathScale);
        return error.square().mean() + (heading.square().mean() + path.square().mean()) * SumWeight;
    }
}
