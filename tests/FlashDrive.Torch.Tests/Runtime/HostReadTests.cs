namespace FlashDrive.Torch.Tests.Runtime;

public class HostReadTests
{
    [Fact]
    public void Looking_at_results_is_counted_and_computing_and_writing_are_not()
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var before = torch.host_reads;
        var x = torch.tensor([1f, 2, 3, 4], 2, 2);
        x.buffer<float>()[0] = 5;
        var y = torch.matmul(x, x) + 1;
        Assert.Equal(0, torch.host_reads - before);

        _ = y.data<float>()[0];
        Assert.Equal(1, torch.host_reads - before);
        _ = y.ToArray<float>();
        Assert.Equal(2, torch.host_reads - before);
        Assert.True(y.IsFinite());
        Assert.Equal(3, torch.host_reads - before);
        _ = y.sum().item<float>();
        Assert.Equal(4, torch.host_reads - before);
    }

    [Fact]
    public void Every_thread_counts_its_own()
    {
        using var x = torch.ones(2);
        _ = x.data<float>();
        var mine = torch.host_reads;
        var others = -1L;
        var thread = new Thread(() => others = torch.host_reads);
        thread.Start();
        thread.Join();
        Assert.Equal((0, mine), (others, torch.host_reads));
    }
}
