using System.Runtime.CompilerServices;

namespace FlashDrive.Torch.Tests.Runtime;

/// <summary>Objects of freed tensors serve again, but not before a stale use of them has had its time to be found.</summary>
public sealed class RecyclingTests : IDisposable
{
    private readonly bool _before = TensorRecycling.Enabled;

    public RecyclingTests() => TensorRecycling.Enabled = true;

    public void Dispose() => TensorRecycling.Enabled = _before;

    [Fact]
    public void A_stale_use_is_refused_for_the_whole_quarantine_and_the_object_serves_again_after_it() => OnFreshThread(() =>
    {
        var stale = FreedByScope();
        Free(TensorRecycling.Quarantine - 1);
        Assert.Throws<ObjectDisposedException>(() => stale + 1);
        Assert.Throws<ObjectDisposedException>(() => stale.shape);
        stale.Dispose();
        Free(1);
        using var scope = torch.NewDisposeScope();
        Assert.True(stale.IsDisposed);
        Assert.Same(stale, torch.ones(2));
    });

    [Fact]
    public void Objects_serve_again_in_the_order_in_which_they_were_freed() => OnFreshThread(() =>
    {
        var (first, second) = (FreedByScope(), FreedByScope());
        Free(TensorRecycling.Quarantine);
        using var scope = torch.NewDisposeScope();
        Assert.Same(first, torch.ones(1));
        Assert.Same(second, torch.ones(1));
    });

    [Fact]
    public void An_object_that_serves_again_knows_nothing_of_its_earlier_tensor() => OnFreshThread(() =>
    {
        var stale = FreedByScope();
        Free(TensorRecycling.Quarantine);
        using var scope = torch.NewDisposeScope();
        var again = torch.zeros([3, 4], torch.int64);
        Assert.Same(stale, again);
        Assert.Equal([3L, 4], again.shape);
        Assert.Equal(torch.int64, again.dtype);
    });

    [Fact]
    public void An_object_disposed_by_its_holder_never_serves_again() => OnFreshThread(() =>
    {
        Tensor early, detached, moved;
        using (torch.NewDisposeScope())
        {
            early = torch.ones(2);
            early.Dispose();
            detached = torch.ones(2).DetachFromDisposeScope();
            using (torch.NewDisposeScope()) moved = torch.ones(2).MoveToOuterDisposeScope();
            moved.Dispose();
        }
        detached.Dispose();
        Free(3 * TensorRecycling.Quarantine);
        foreach (var tensor in (Tensor[])[early, detached, moved])
        {
            Assert.Throws<ObjectDisposedException>(() => tensor + 1);
            tensor.Dispose();
        }
    });

    [Fact]
    public void A_tensor_disposed_by_another_thread_in_the_scope_of_this_one_never_serves_again() => OnFreshThread(() =>
    {
        Tensor stale;
        using (torch.NewDisposeScope())
        {
            stale = torch.ones(2);
            OnFreshThread(stale.Dispose);
        }
        Free(3 * TensorRecycling.Quarantine);
        Assert.Throws<ObjectDisposedException>(() => stale + 1);
    });

    [Fact]
    public void A_tensor_handed_to_another_thread_is_freed_there_and_stays_refused_here() => OnFreshThread(() =>
    {
        var before = torch.LiveTensors;
        Tensor sent;
        using (torch.NewDisposeScope()) sent = torch.ones(2).DetachFromDisposeScope();
        OnFreshThread(() =>
        {
            using var scope = torch.NewDisposeScope();
            sent.MoveToOtherDisposeScope(scope);
            Assert.Equal([2f, 2], (sent + 1).ToArray<float>());
        });
        Assert.Equal(before, torch.LiveTensors);
        Free(3 * TensorRecycling.Quarantine);
        Assert.Throws<ObjectDisposedException>(() => sent + 1);
    });

    [Fact]
    public void Threads_that_hand_tensors_on_for_long_keep_every_value_and_leave_nothing() => OnFreshThread(() =>
    {
        const int count = 20_000;
        var (before, wrong) = (torch.LiveTensors, 0);
        using var mail = new System.Collections.Concurrent.BlockingCollection<(int Number, Tensor Value)>(boundedCapacity: 64);
        var reader = new Thread(() =>
        {
            foreach (var (number, value) in mail.GetConsumingEnumerable())
            {
                using var scope = torch.NewDisposeScope();
                if (number % 2 == 0) value.MoveToOtherDisposeScope(scope);
                if ((value + 1).item<float>() != number + 1) wrong++;
                if (number % 2 == 1) value.Dispose();
            }
        });
        reader.Start();
        for (var i = 0; i < count; i++)
        {
            using var scope = torch.NewDisposeScope();
            mail.Add((i, (torch.zeros(1) + (double)i).DetachFromDisposeScope()));
        }
        mail.CompleteAdding();
        reader.Join();
        Assert.Equal(0, wrong);
        Assert.Equal(before, torch.LiveTensors);
    });

    [Fact]
    public void A_leak_of_an_object_that_served_before_is_freed_and_counted() => OnFreshThread(() =>
    {
        var stale = WeaklyFreedByScope();
        Free(TensorRecycling.Quarantine);
        var (live, leaked) = (torch.LiveTensors, torch.LeakedTensors);
        Forget(stale);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal(live, torch.LiveTensors);
        Assert.Equal(leaked + 1, torch.LeakedTensors);
    });

    [Fact]
    public void A_thread_that_ends_leaves_its_waiting_objects_to_the_collector_and_no_leak()
    {
        var leaked = torch.LeakedTensors;
        var stale = Ended();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.Equal(leaked, torch.LeakedTensors);
        Assert.False(stale.IsAlive);
    }

    [Fact]
    public void With_recycling_off_a_stale_use_is_refused_for_ever() => OnFreshThread(() =>
    {
        TensorRecycling.Enabled = false;
        var stale = FreedByScope();
        Free(3 * TensorRecycling.Quarantine);
        Assert.Throws<ObjectDisposedException>(() => stale + 1);
    });

    [Fact]
    public void Closing_a_scope_again_closes_no_younger_one() => OnFreshThread(() =>
    {
        var closed = torch.NewDisposeScope();
        closed.Dispose();
        using var open = torch.NewDisposeScope();
        var kept = torch.ones(1);
        closed.Dispose();
        Assert.False(kept.IsDisposed);
        Assert.Contains("closed", Assert.Throws<InvalidOperationException>(() => kept.MoveToOtherDisposeScope(closed)).Message);
    });

    [Fact]
    public void A_steady_state_allocates_no_managed_memory() => OnFreshThread(() =>
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var (a, b) = (torch.ones(2, 3), torch.ones(2, 3));
        // A shape written as constants is an array in code that is not optimised.
        long[] shape = [3, 2];
        for (var i = 0; i < TensorRecycling.Quarantine; i++) Work(a, b, shape);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) Work(a, b, shape);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    });

    private static void Work(Tensor a, Tensor b, long[] shape)
    {
        using var scope = torch.NewDisposeScope();
        Tensor sum;
        using (torch.NewDisposeScope()) sum = torch.cat([a + b, a.reshape(shape).t()], -1).softmax(-1).MoveToOuterDisposeScope();
        for (var i = 0; i < sum.ndim; i++) _ = sum.narrow(i, 0, sum.size(i)).gelu_tanh().sum(i).contiguous();
        if (sum.dtype != torch.float32 || !sum.IsFinite() || sum.data<float>().Length != 12) throw new InvalidOperationException(sum.ToString());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Tensor FreedByScope()
    {
        using var scope = torch.NewDisposeScope();
        return torch.ones(2);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference WeaklyFreedByScope() => new(FreedByScope());

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Free(int count)
    {
        using var scope = torch.NewDisposeScope();
        var x = torch.ones(1);
        for (var i = 1; i < count; i++) x.alias();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget(WeakReference expected)
    {
        if (!ReferenceEquals(expected.Target, torch.ones(4))) throw new InvalidOperationException("the object does not serve again");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Ended()
    {
        WeakReference? stale = null;
        OnFreshThread(() => stale = WeaklyFreedByScope());
        return stale!;
    }

    /// <summary>A thread of its own has an empty line of waiting objects.</summary>
    private static void OnFreshThread(Action action)
    {
        Exception? error = null;
        var thread = new Thread(() => error = Record.Exception(action));
        thread.Start();
        thread.Join();
        if (error is not null) throw new Xunit.Sdk.XunitException(error.ToString());
    }
}
