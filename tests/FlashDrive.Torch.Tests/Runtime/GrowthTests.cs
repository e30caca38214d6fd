using System.Diagnostics;

namespace FlashDrive.Torch.Tests.Runtime;

public class GrowthTests
{
    [Fact]
    public void A_million_operators_leave_nothing_behind()
    {
        const int rounds = 1000, operators = 1000;
        using var scope = torch.NewDisposeScope();
        using var guard = torch.inference_mode();
        torch.set_num_threads(1);
        var (a, b) = (torch.ones(4), torch.ones(4));
        var before = torch.LiveTensors;
        Round(a, b, operators);
        Round(a, b, operators);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var (memory, managed) = (ResidentBytes(), GC.GetTotalMemory(forceFullCollection: true));
        for (var round = 0; round < rounds; round++) Round(a, b, operators);
        Assert.Equal(before, torch.LiveTensors);
        var growth = ResidentBytes() - memory;
        Assert.True(growth < 24 << 20, $"{rounds * operators} operators grew the process by {growth >> 10} KiB");
        var managedGrowth = GC.GetTotalMemory(forceFullCollection: true) - managed;
        Assert.True(managedGrowth < 1 << 20, $"{rounds * operators} operators grew the managed heap by {managedGrowth >> 10} KiB");
    }

    /// <summary>Arithmetic, a view, a tensor disposed early, a list result.</summary>
    private static void Round(Tensor a, Tensor b, int operators)
    {
        using var scope = torch.NewDisposeScope();
        for (var i = 0; i < operators; i += 4)
        {
            var sum = a + b;
            _ = sum.view(2, 2);
            using var early = sum.narrow(0, 1, 2);
            sum.chunk(2, 0);
        }
    }

    private static long ResidentBytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
