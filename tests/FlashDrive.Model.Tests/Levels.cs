using FlashDrive.Torch;

namespace FlashDrive.Model.Tests;

/// <summary>Runs a check of the own kernels at every CPU level that this machine reaches.</summary>
internal static class Levels
{
    internal static void Each(Action<int> check)
    {
        try
        {
            for (var level = torch.kernels.limit_level(torch.kernels.AnyLevel); level >= 0; level--)
            {
                Assert.Equal(level, torch.kernels.limit_level(level));
                check(level);
            }
        }
        finally
        {
            torch.kernels.limit_level(torch.kernels.AnyLevel);
        }
    }

    /// <summary>The largest difference over the largest expected magnitude, printed and bounded.</summary>
    internal static void Close(Tensor expected, Tensor got, double bound, string what)
    {
        using var scope = torch.NewDisposeScope();
        Assert.Equal(expected.shape, got.shape);
        var error = (expected - got).abs().max().item<float>() / Math.Max(1e-30, expected.abs().max().item<float>());
        Console.WriteLine($"{what}: worst error {error:E2} of the largest value");
        Assert.True(error <= bound, $"{what}: worst error {error:E2}, bound {bound:E2}");
    }
}
