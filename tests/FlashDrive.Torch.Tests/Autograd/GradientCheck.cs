namespace FlashDrive.Torch.Tests.Autograd;

internal static class GradientCheck
{
    /// <summary>
    /// Largest difference, relative to max(1, |difference quotient|), between the gradient of a fixed random weighting of the
    /// function's outputs and the central difference, over all elements of x.
    /// </summary>
    internal static double WorstError(Func<Tensor, Tensor> function, Tensor x, double step = 1e-5)
    {
        using var scope = torch.NewDisposeScope();
        var leaf = x.detach().clone().requires_grad_();
        var output = function(leaf);
        using var generator = new Generator(77);
        var weights = generator.randn(output.shape).to(x.dtype);
        (output * weights).sum().backward();
        var gradient = leaf.grad!.contiguous().ToArray<double>();
        var worst = 0.0;
        for (var i = 0; i < gradient.Length; i++)
        {
            var quotient = (Shifted(function, x, weights, i, step) - Shifted(function, x, weights, i, -step)) / (2 * step);
            worst = Math.Max(worst, Math.Abs(gradient[i] - quotient) / Math.Max(1, Math.Abs(quotient)));
        }
        return worst;
    }

    private static double Shifted(Func<Tensor, Tensor> function, Tensor x, Tensor weights, int place, double by)
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var moved = x.clone();
        moved.data<double>()[place] += by;
        return (function(moved) * weights).sum().item<double>();
    }
}
