using FlashDrive.Runtime.Embedded;
using FlashDrive.Runtime.Tests.Contract;

namespace FlashDrive.Runtime.Tests.Embedded;

public class EmbeddedHostTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void A_dedicated_actor_runs_on_a_background_thread_that_bears_its_name()
    {
        var thread = ThreadOf(ActorThreading.Dedicated);
        Assert.Equal(("prefill", true, false), (thread.Name, thread.IsBackground, thread.IsPool));
    }

    [Fact]
    public void A_pooled_actor_runs_on_the_thread_pool() => Assert.True(ThreadOf(ActorThreading.Pooled).IsPool);

    [Fact]
    public void A_dedicated_actor_is_made_started_and_stopped_on_its_thread()
    {
        var threads = new List<int>();
        using (var host = new EmbeddedHost(TimeProvider.System))
        {
            host.Spawn<int>(new("a", 1), () =>
            {
                threads.Add(Environment.CurrentManagedThreadId);
                return new Scripted<int>(_ => { }, () => threads.Add(Environment.CurrentManagedThreadId), () => threads.Add(Environment.CurrentManagedThreadId));
            });
            Assert.True(SpinWait.SpinUntil(() => host.IsQuiet, Patience));
        }
        Assert.Equal(3, threads.Count);
        Assert.Single(threads.Distinct());
        Assert.NotEqual(Environment.CurrentManagedThreadId, threads[0]);
    }

    [Fact]
    public void A_pooled_turn_ends_with_its_share_so_that_others_get_theirs()
    {
        using var host = new EmbeddedHost(TimeProvider.System);
        var handled = 0;
        IActorRef<int> self = null!;
        var cell = new ActorCell<int>(host, new("a", 4), () => new Scripted<int>(message =>
        {
            handled++;
            self.Tell(message);
        })) { Runner = new NoRunner() };
        self = cell;
        self.Tell(0);
        Assert.Equal(TurnEnd.More, cell.Turn(PooledRunner.Share));
        // One of the share went into making the actor.
        Assert.Equal(PooledRunner.Share - 1, handled);
    }

    [Fact]
    public void Disposing_names_the_actors_that_do_not_end()
    {
        using ManualResetEventSlim entered = new(), gate = new();
        var host = new EmbeddedHost(TimeProvider.System) { StopWait = TimeSpan.FromMilliseconds(50) };
        var stuck = host.Spawn<int>(new("stuck", 1), () => new Scripted<int>(_ =>
        {
            entered.Set();
            gate.Wait();
        }));
        host.Spawn<int>(new("idle", 1), () => new Scripted<int>(_ => { }));
        stuck.Tell(0);
        Assert.True(entered.Wait(Patience));
        var error = Assert.Throws<TimeoutException>(host.Dispose);
        Assert.EndsWith("after they were told to stop: stuck", error.Message, StringComparison.Ordinal);
        gate.Set();
        Assert.True(SpinWait.SpinUntil(() => stuck.IsStopped, Patience));
    }

    [Theory]
    [InlineData(ActorThreading.Dedicated)]
    [InlineData(ActorThreading.Pooled)]
    public void Sends_that_race_a_stop_are_handled_or_dead_letters(ActorThreading threading)
    {
        const int Senders = 2, Each = 50, Rounds = 200;
        using var host = new EmbeddedHost(TimeProvider.System);
        var handled = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var actor = host.Spawn<Parcel>(new("a", Senders * Each) { Threading = threading }, () => new Scripted<Parcel>(parcel =>
            {
                handled++;
                parcel.Dispose();
            }));
            using var start = new Barrier(Senders + 1);
            var parcels = Enumerable.Range(0, Senders * Each).Select(i => new Parcel($"{i}")).ToArray();
            var senders = Enumerable.Range(0, Senders).Select(sender => Start(() =>
            {
                start.SignalAndWait();
                for (var i = 0; i < Each; i++) actor.Tell(parcels[(sender * Each) + i]);
            })).ToArray();
            start.SignalAndWait();
            host.Stop(actor);
            Assert.All(senders, sender => Assert.True(sender.Join(Patience)));
            Assert.True(SpinWait.SpinUntil(() => host.IsQuiet, Patience));
            Assert.All(parcels, parcel => Assert.Equal(1, parcel.Disposals));
        }
        Assert.Equal(Senders * Each * Rounds, handled + host.DeadLetters);
    }

    [Fact]
    public void A_signal_set_before_the_wait_is_remembered()
    {
        foreach (WakeSignal signal in (WakeSignal[])[WakeSignal.Create(), new EventSignal()])
        {
            signal.Set();
            signal.Wait();
            var waiter = Start(signal.Wait);
            signal.Set();
            Assert.True(waiter.Join(Patience));
        }
    }

    private static Thread Start(ThreadStart run)
    {
        var thread = new Thread(run) { IsBackground = true };
        thread.Start();
        return thread;
    }

    private static (string? Name, bool IsBackground, bool IsPool) ThreadOf(ActorThreading threading)
    {
        using var host = new EmbeddedHost(TimeProvider.System);
        (string?, bool, bool) seen = default;
        var actor = host.Spawn<int>(new("prefill", 1) { Threading = threading }, () => new Scripted<int>(_ =>
        {
            var thread = Thread.CurrentThread;
            seen = (thread.Name, thread.IsBackground, thread.IsThreadPoolThread);
        }));
        actor.Tell(0);
        Assert.True(SpinWait.SpinUntil(() => host.IsQuiet, Patience));
        return seen;
    }

    private sealed class NoRunner : ActorRunner
    {
        public override void Schedule()
        {
        }

        public override bool Join(TimeSpan wait) => true;
    }
}
