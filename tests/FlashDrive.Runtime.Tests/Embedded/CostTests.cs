using FlashDrive.Runtime.Tests.Contract;

namespace FlashDrive.Runtime.Tests.Embedded;

/// <summary>Runs alone, because it measures the process.</summary>
[CollectionDefinition(nameof(CostTests), DisableParallelization = true)]
[Collection(nameof(CostTests))]
public class CostTests
{
    private const int Hops = 2000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly Ball[] Balls = [.. Enumerable.Range(0, Hops + 1).Select(left => new Ball(left))];

    [Fact]
    public void A_hop_of_a_struct_between_threads_allocates_nothing() =>
        Assert.Equal(0, BytesOfDedicatedHops(ball => ball.Left, left => new Pair(left, left)));

    [Fact]
    public void A_hop_of_an_object_between_threads_allocates_nothing() =>
        Assert.Equal(0, BytesOfDedicatedHops(ball => ball.Left, left => Balls[left]));

    [Fact]
    public void A_hop_on_the_pool_allocates_nothing()
    {
        // The smallest object has 24 bytes: less than one a hop is what else the process did meanwhile.
        Assert.InRange(BytesOfPooledHops(ball => ball.Left, left => new Pair(left, left)), 0, Hops - 1);
        Assert.InRange(BytesOfPooledHops(ball => ball.Left, left => Balls[left]), 0, Hops - 1);
    }

    [Fact]
    public void An_idle_actor_uses_no_cpu()
    {
        using var host = new EmbeddedHost(TimeProvider.System);
        using var nobodyReleases = new SemaphoreSlim(0);
        var actor = host.Spawn<int>(new("idle probe", 1), () => new Scripted<int>(_ => { }));
        actor.Tell(0);
        Assert.True(SpinWait.SpinUntil(() => host.IsQuiet, Patience));
        nobodyReleases.Wait(TimeSpan.FromMilliseconds(20));
        var before = CpuOfThread("idle probe");
        Assert.True(before > TimeSpan.Zero);
        nobodyReleases.Wait(TimeSpan.FromMilliseconds(300));
        Assert.InRange(CpuOfThread("idle probe") - before, TimeSpan.Zero, TimeSpan.FromMilliseconds(3));
    }

    /// <summary>What the two actors' own threads allocate once warm, sends and waits included.</summary>
    private static long BytesOfDedicatedHops<T>(Func<T, int> left, Func<int, T> make)
    {
        using var host = new EmbeddedHost(TimeProvider.System);
        using var done = new AutoResetEvent(false);
        IActorRef<T> ping = null!, pong = null!;
        var bytes = new long[2];
        IActorRef<T> Spawn(int self, Func<IActorRef<T>> other) => host.Spawn<T>(new($"player {self}", 2), () => new Scripted<T>(ball =>
        {
            if (left(ball) is Hops - 1 or Hops) bytes[self] -= GC.GetAllocatedBytesForCurrentThread();
            if (left(ball) is 0 or 1) bytes[self] += GC.GetAllocatedBytesForCurrentThread();
            if (left(ball) == 0) done.Set();
            else other().Tell(make(left(ball) - 1));
        }));
        ping = Spawn(0, () => pong);
        pong = Spawn(1, () => ping);
        for (var round = 0; round < 2; round++)
        {
            bytes = new long[2];
            ping.Tell(make(Hops));
            Assert.True(done.WaitOne(Patience));
        }
        return bytes.Sum();
    }

    /// <summary>The least that the whole process allocates in a round: pooled actors change threads.</summary>
    private static long BytesOfPooledHops<T>(Func<T, int> left, Func<int, T> make)
    {
        using var host = new EmbeddedHost(TimeProvider.System);
        using var done = new AutoResetEvent(false);
        IActorRef<T> ping = null!, pong = null!;
        IActorRef<T> Spawn(string name, Func<IActorRef<T>> other) => host.Spawn<T>(new(name, 2) { Threading = ActorThreading.Pooled }, () => new Scripted<T>(ball =>
        {
            if (left(ball) == 0) done.Set();
            else other().Tell(make(left(ball) - 1));
        }));
        ping = Spawn("ping", () => pong);
        pong = Spawn("pong", () => ping);
        return Enumerable.Range(0, 8).Min(_ =>
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            ping.Tell(make(Hops));
            Assert.True(done.WaitOne(Patience));
            return GC.GetTotalAllocatedBytes(precise: true) - before;
        });
    }

    /// <summary>Time on a processor of the thread with this name, as the kernel counts it.</summary>
    private static TimeSpan CpuOfThread(string name)
    {
        var task = Directory.GetDirectories("/proc/self/task").Single(folder => File.ReadAllText(Path.Combine(folder, "comm")).TrimEnd() == name);
        return TimeSpan.FromTicks(long.Parse(File.ReadAllText(Path.Combine(task, "schedstat")).Split(' ')[0], null) / 100);
    }

    private readonly record struct Pair(int Left, long Right);

    private sealed record Ball(int Left);
}
