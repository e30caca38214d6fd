using FlashDrive.Torch.Tests.Support;

namespace FlashDrive.Torch.Tests.Kernels;

/// <summary>Runs a check at every CPU level that this machine reaches.</summary>
internal static class Levels
{
    internal static void Each(Action<int> check)
    {
        var best = torch.kernels.limit_level(torch.kernels.AnyLevel);
        try
        {
            for (var level = best; level >= 0; level--)
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
        var scale = Math.Max(1e-30, expected.to(torch.float64).abs().max().item<double>());
        var error = Expect.MaxDifference(expected, got) / scale;
        Console.WriteLine($"{what}: worst error {error:E2} of the largest value");
        Assert.True(error <= bound, $"{what}: worst error {error:E2}, bound {bound:E2}");
    }
}
