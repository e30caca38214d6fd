using FlashDrive.Runtime.Tests.Contract;

namespace FlashDrive.Runtime.Tests.Embedded;

/// <summary>Runs alone, because it measures the process.</summary>
[CollectionDefinition(nameof(CostTests), DisableParallelization = true)]
[Collection(nameof(CostTests))]
public class CostTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(ActorThreading.Dedicated)]
    [InlineData(ActorThreading.Pooled)]
    public void A_hop_of_a_struct_allocates_nothing(ActorThreading threading) => Assert.Equal(0, BytesOfHops(threading, new Pair(0, 0), 10_000,
        ball => ball.Left, left => new Pair(left, left)));

    [Theory]
    [InlineData(ActorThreading.Dedicated)]
    [InlineData(ActorThreading.Pooled)]
    public void A_hop_of_an_object_allocates_nothing(ActorThreading threading)
    {
        var balls = Enumerable.Range(0, 10_001).Select(left => new Ball(left)).ToArray();
        Assert.Equal(0, BytesOfHops(threading, balls[0], balls.Length - 1, ball => ball.Left, left => balls[left]));
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

    /// <summary>The least of several rounds: what else the process allocates now and then is not the hop's.</summary>
    private static long BytesOfHops<T>(ActorThreading threading, T last, int hops, Func<T, int> left, Func<int, T> make)
    {
        using var host = new EmbeddedHost(TimeProvider.System);
        using var done = new AutoResetEvent(false);
        IActorRef<T> ping = null!, pong = null!;
        IActorRef<T> Spawn(string name, Func<IActorRef<T>> other) => host.Spawn<T>(new(name, 2) { Threading = threading }, () => new Scripted<T>(ball =>
        {
            if (left(ball) == left(last)) done.Set();
            else other().Tell(make(left(ball) - 1));
        }));
        ping = Spawn("ping", () => pong);
        pong = Spawn("pong", () => ping);
        return Enumerable.Range(0, 8).Min(_ =>
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            ping.Tell(make(hops));
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
