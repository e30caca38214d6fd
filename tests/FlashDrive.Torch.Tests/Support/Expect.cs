namespace FlashDrive.Torch.Tests.Support;

internal static class Expect
{
    /// <summary>Same shape and, element by element, within an absolute tolerance.</summary>
    internal static void Values(Tensor actual, long[] shape, double[] expected, double tolerance = 1e-6)
    {
        Assert.Equal(shape, actual.shape);
        using var wide = actual.to(torch.float64);
        var values = wide.ToArray<double>();
        Assert.Equal(expected.Length, values.Length);
        for (var i = 0; i < values.Length; i++)
            Assert.True(Math.Abs(values[i] - expected[i]) <= tolerance, $"element {i}: expected {expected[i]}, got {values[i]}");
    }

    /// <summary>Largest absolute difference of two tensors of the same shape.</summary>
    internal static double MaxDifference(Tensor a, Tensor b)
    {
        using var scope = torch.NewDisposeScope();
        Assert.Equal(a.shape, b.shape);
        return (a.to(torch.float64) - b.to(torch.float64)).abs().max().item<double>();
    }

    internal static TorchException Fails(TorchErrorKind kind, Action call)
    {
        var error = Assert.Throws<TorchException>(call);
        Assert.Equal(kind, error.Kind);
        return error;
    }
}
