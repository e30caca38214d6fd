using FlashDrive.Runtime.Simulation;
using FlashDrive.Runtime.Tests.Contract;

namespace FlashDrive.Runtime.Tests.Simulation;

public class SimulatedHostTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void The_same_seed_gives_the_same_log_byte_for_byte()
    {
        var (first, again) = (Network.Run(7, keepLog: true), Network.Run(7, keepLog: true));
        Assert.True(first.Host.Log.Length > 1000);
        Assert.Equal(first.Host.Log, again.Host.Log);
        Assert.Equal((first.Host.LogHash, first.Host.Steps, first.Host.Now), (again.Host.LogHash, again.Host.Steps, again.Host.Now));
    }

    [Fact]
    public void Keeping_the_log_changes_nothing() => Assert.Equal(Network.Run(7).Host.LogHash, Network.Run(7, keepLog: true).Host.LogHash);

    [Fact]
    public void A_hundred_seeds_give_a_hundred_schedules_of_the_same_messages()
    {
        var schedules = new HashSet<string>();
        var hashes = new HashSet<ulong>();
        for (ulong seed = 0; seed < 100; seed++)
        {
            var order = new List<string>();
            using var host = new SimulatedHost(seed);
            foreach (var name in (string[])["a", "b", "c", "d"])
            {
                var actor = host.Spawn<int>(new(name, 8), () => new Scripted<int>(message => order.Add($"{name}{message}")));
                for (var i = 0; i < 8; i++) actor.Tell(i);
            }
            host.RunUntilIdle(100);
            Assert.Equal(32, order.Count);
            schedules.Add(string.Join(' ', order));
            hashes.Add(host.LogHash);
        }
        Assert.Equal((100, 100), (schedules.Count, hashes.Count));
    }

    [Fact]
    public void Every_message_told_is_handled_or_failed_or_a_dead_letter_whatever_crashes()
    {
        var crashes = 0L;
        for (ulong seed = 0; seed < 300; seed++)
        {
            var network = Network.Run(seed);
            Assert.Equal(network.Told, network.Handled + network.FailedInHand + network.Host.DeadLetters);
            crashes += network.Failed;
        }
        Assert.True(crashes > 1000, $"only {crashes} crashes: the test proves little");
    }

    [Fact]
    public void Actors_that_keep_each_other_busy_are_named()
    {
        using var host = new SimulatedHost(1, new SimulationSettings { MostSteps = 50 });
        IActorRef<int> actor = null!;
        actor = host.Spawn<int>(new("perpetual", 1), () => new Scripted<int>(actor.Tell));
        actor = host.Spawn<int>(new("mobile", 1), () => new Scripted<int>(message => actor.Tell(message)));
        host.Spawn<int>(new("idle", 1), () => new Scripted<int>(_ => { }));
        actor.Tell(0);
        foreach (var run in (Action[])[() => host.RunUntilIdle(50), () => host.RunFor(Second), () => host.RunUntil(() => false, Second)])
        {
            var error = Assert.Throws<InvalidOperationException>(run);
            Assert.EndsWith("busy: mobile (1 waiting)", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Waiting_for_what_does_not_come_within_the_limit_is_an_error()
    {
        using var host = new SimulatedHost(1);
        var fired = false;
        using var timer = host.Clock.CreateTimer(_ => fired = true, null, 5 * Second, Timeout.InfiniteTimeSpan);
        Assert.Throws<TimeoutException>(() => host.RunUntil(() => fired, 4 * Second));
        Assert.False(fired);
        host.RunUntil(() => fired, 5 * Second);
        Assert.Equal(5 * Second, host.Now);
        Assert.Throws<TimeoutException>(() => host.RunUntil(() => false, 5 * Second));
    }

    [Fact]
    public void The_high_water_mark_of_a_mailbox_stays()
    {
        using var host = new SimulatedHost(1);
        var actor = host.Spawn<int>(new("a", 8), () => new Scripted<int>(_ => { }));
        for (var i = 0; i < 5; i++) actor.Tell(i);
        host.RunUntilIdle(100);
        actor.Tell(5);
        Assert.Equal(5, host.HighWaterMarks["a"]);
    }

    [Fact]
    public void Hooks_see_each_handling_and_their_throw_ends_the_run()
    {
        using var host = new SimulatedHost(1);
        List<string> lines = [];
        host.BeforeHandling = (actor, message) => lines.Add($"before {actor} {message}");
        host.AfterHandling = (actor, message) =>
        {
            lines.Add($"after {actor} {message}");
            if (message is 2) throw new AskedFor("an invariant is broken");
        };
        var actor = host.Spawn<int>(new("a", 8), () => new Scripted<int>(message => lines.Add($"{message}")));
        actor.Tell(1);
        actor.Tell(2);
        Assert.Throws<AskedFor>(() => host.RunUntilIdle(100));
        Assert.Equal(["before a 1", "1", "after a 1", "before a 2", "2", "after a 2"], lines);
    }

    [Fact]
    public void A_log_that_is_not_kept_and_one_that_grows_too_long_say_so()
    {
        Assert.Contains("KeepLog", Assert.Throws<InvalidOperationException>(() => new SimulatedHost(1).Log).Message, StringComparison.Ordinal);
        using var host = new SimulatedHost(1, new SimulationSettings { KeepLog = true, MostLogBytes = 100 });
        var error = Assert.Throws<InvalidOperationException>(() =>
        {
            for (var i = 0; i < 100; i++) host.RunFor(Second);
        });
        Assert.Contains("outgrew 100 bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_actor_may_not_run_the_simulation_it_runs_in()
    {
        Exception? cause = null;
        using var host = new SimulatedHost(1);
        var policy = new SupervisionPolicy { Failed = failure => cause = failure.Cause };
        var actor = host.Spawn<int>(new("a", 1) { Supervision = policy }, () => new Scripted<int>(_ => host.Step()));
        actor.Tell(0);
        host.RunUntilIdle(10);
        Assert.Equal("'a' runs the simulation that runs it", cause?.Message);
    }
}
