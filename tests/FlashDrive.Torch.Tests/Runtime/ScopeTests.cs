namespace FlashDrive.Torch.Tests.Runtime;

public class ScopeTests
{
    [Fact]
    public void A_scope_frees_everything_made_inside()
    {
        var before = torch.LiveTensors;
        using (torch.NewDisposeScope())
        {
            for (var i = 0; i < 300; i++) torch.ones(3).add_(1.0).chunk(3, 0);
            Assert.Equal(before + 300 * 4, torch.LiveTensors);
        }
        Assert.Equal(before, torch.LiveTensors);
    }

    [Fact]
    public void Early_disposal_in_any_order_leaves_the_rest_to_the_scope()
    {
        var before = torch.LiveTensors;
        using (torch.NewDisposeScope())
        {
            var made = Enumerable.Range(0, 9).Select(_ => torch.ones(1)).ToArray();
            foreach (var i in new[] { 4, 8, 0, 5 }) made[i].Dispose();
            Assert.Equal(before + 5, torch.LiveTensors);
            Assert.Equal(1f, made[7].item<float>());
        }
        Assert.Equal(before, torch.LiveTensors);
    }

    [Fact]
    public void A_result_moves_out_one_scope_at_a_time()
    {
        var before = torch.LiveTensors;
        Tensor kept;
        using (torch.NewDisposeScope())
        {
            using (torch.NewDisposeScope())
            {
                var (a, b) = (torch.ones(2), torch.ones(2));
                kept = (a + b).MoveToOuterDisposeScope();
            }
            Assert.Equal(before + 1, torch.LiveTensors);
            Assert.Equal([2f, 2], kept.ToArray<float>());
        }
        Assert.True(kept.IsDisposed);
        using (torch.NewDisposeScope()) kept = torch.ones(2).MoveToOuterDisposeScope();
        Assert.False(kept.IsDisposed);
        kept.MoveToOuterDisposeScope().Dispose();
        Assert.Equal(before, torch.LiveTensors);
    }

    [Fact]
    public void A_detached_tensor_outlives_its_scope()
    {
        var before = torch.LiveTensors;
        Tensor kept;
        using (torch.NewDisposeScope()) kept = torch.ones(2).DetachFromDisposeScope();
        Assert.Equal([1f, 1], kept.ToArray<float>());
        kept.Dispose();
        Assert.Equal(before, torch.LiveTensors);
    }

    [Fact]
    public void A_throw_in_a_scope_frees_its_tensors()
    {
        var before = torch.LiveTensors;
        Assert.Throws<TorchException>(() =>
        {
            using var scope = torch.NewDisposeScope();
            torch.matmul(torch.ones(2, 3), torch.ones(2, 3));
        });
        Assert.Equal(before, torch.LiveTensors);
    }

    [Fact]
    public void Scopes_close_in_reverse_order_on_their_own_thread()
    {
        var outer = torch.NewDisposeScope();
        var inner = torch.NewDisposeScope();
        Assert.Contains("after every scope opened inside it", Assert.Throws<InvalidOperationException>(outer.Dispose).Message);
        Assert.Contains("on the thread that opened it", Assert.IsType<InvalidOperationException>(OnAnotherThread(inner.Dispose)).Message);
        inner.Dispose();
        inner.Dispose();
        outer.Dispose();
        outer.Dispose();
    }

    [Fact]
    public void Another_thread_may_dispose_a_tensor_but_not_take_it_from_its_scope()
    {
        var before = torch.LiveTensors;
        using (torch.NewDisposeScope())
        {
            var (a, b) = (torch.ones(2), torch.ones(2));
            var error = Assert.IsType<InvalidOperationException>(OnAnotherThread(() => a.DetachFromDisposeScope()));
            Assert.Contains("Float32[2] belongs to a dispose scope of another thread", error.Message);
            Assert.IsType<InvalidOperationException>(OnAnotherThread(() => b.MoveToOuterDisposeScope()));
            Assert.Null(OnAnotherThread(a.Dispose));
            Assert.Equal(before + 1, torch.LiveTensors);
            Assert.True(a.IsDisposed);
            Assert.Equal(1f, b[0].item<float>());
        }
        Assert.Equal(before, torch.LiveTensors);
    }

    [Fact]
    public void A_scope_owns_only_what_its_own_thread_makes()
    {
        using var scope = torch.NewDisposeScope();
        Tensor? elsewhere = null;
        Assert.Null(OnAnotherThread(() => elsewhere = torch.ones(1)));
        scope.Dispose();
        Assert.False(elsewhere!.IsDisposed);
        elsewhere.Dispose();
    }

    [Fact]
    public void A_tensor_nobody_disposes_is_freed_and_counted_as_a_leak()
    {
        var (live, leaked) = (torch.LiveTensors, torch.LeakedTensors);
        Forget(5);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal(live, torch.LiveTensors);
        Assert.Equal(leaked + 5, torch.LeakedTensors);
    }

    [Fact]
    public void What_scopes_freed_is_no_leak()
    {
        var leaked = torch.LeakedTensors;
        using (torch.NewDisposeScope()) Forget(5);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal(leaked, torch.LeakedTensors);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void Forget(int count)
    {
        for (var i = 0; i < count; i++) torch.ones(4);
    }

    private static Exception? OnAnotherThread(Action action)
    {
        Exception? error = null;
        var thread = new Thread(() => error = Record.Exception(action));
        thread.Start();
        thread.Join();
        return error;
    }
}
