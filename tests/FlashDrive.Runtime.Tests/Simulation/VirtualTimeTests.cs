using FlashDrive.Runtime.Simulation;
using FlashDrive.Runtime.Tests.Contract;

namespace FlashDrive.Runtime.Tests.Simulation;

public class VirtualTimeTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly List<string> _lines = [];

    [Fact]
    public void Time_begins_at_a_fixed_epoch_and_moves_only_with_the_simulation()
    {
        using var host = new SimulatedHost(1);
        Assert.Equal((new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), 0L), (host.Clock.GetUtcNow(), host.Clock.GetTimestamp()));
        host.RunFor(90 * Second);
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 1, 30, TimeSpan.Zero), host.Clock.GetUtcNow());
        Assert.Equal((90 * Second, 90 * Second), (host.Now, host.Clock.GetElapsedTime(0)));
    }

    [Fact]
    public void A_message_is_handled_when_its_service_time_is_over_and_others_go_on_meanwhile()
    {
        using var host = new SimulatedHost(1, new SimulationSettings { ServiceTime = (actor, _) => (actor == "slow" ? 5 : 2) * Second });
        var slow = Diary(host, "slow");
        var quick = Diary(host, "quick");
        slow.Tell(1);
        quick.Tell(1);
        quick.Tell(2);
        quick.Tell(3);
        host.RunFor(Second);
        Assert.Equal((0, 2), (slow.Depth, quick.Depth));
        host.RunUntilIdle(100);
        Assert.Equal(["quick 1 at 2", "quick 2 at 4", "slow 1 at 5", "quick 3 at 6"], _lines);
    }

    [Fact]
    public void A_stopped_actor_finishes_the_message_it_is_busy_with()
    {
        using var host = new SimulatedHost(1, new SimulationSettings { ServiceTime = (_, _) => 5 * Second });
        var actor = Diary(host, "a");
        actor.Tell(1);
        actor.Tell(2);
        host.RunFor(Second);
        host.Stop(actor);
        Assert.False(actor.IsStopped);
        host.RunUntilIdle(100);
        Assert.Equal(["a 1 at 5"], _lines);
        Assert.Equal((true, 1L), (actor.IsStopped, host.DeadLetters));
    }

    [Fact]
    public void Disposing_makes_a_dead_letter_of_the_message_in_hand()
    {
        var parcel = new Parcel("p");
        var host = new SimulatedHost(1, new SimulationSettings { ServiceTime = (_, _) => Second });
        var actor = host.Spawn<Parcel>(new("a", 1), () => new Scripted<Parcel>(_ => { }));
        actor.Tell(parcel);
        host.RunFor(TimeSpan.Zero);
        host.Dispose();
        Assert.Equal((1, 1L), (parcel.Disposals, host.DeadLetters));
    }

    [Fact]
    public void Timers_fire_in_the_order_of_their_times_and_can_be_changed()
    {
        using var host = new SimulatedHost(1);
        ITimer Timer(string name, TimeSpan due) => host.Clock.CreateTimer(_ => _lines.Add($"{name} at {host.Now.TotalSeconds}"), null, due, Timeout.InfiniteTimeSpan);
        Timer("c", 3 * Second);
        Timer("a", Second);
        Timer("never", Timeout.InfiniteTimeSpan);
        var changed = Timer("changed", 2 * Second);
        Timer("gone", 2 * Second).Dispose();
        Assert.True(changed.Change(4 * Second, Timeout.InfiniteTimeSpan));
        host.RunUntilIdle(10);
        Assert.Equal(["a at 1", "c at 3", "changed at 4"], _lines);
        changed.Dispose();
        Assert.False(changed.Change(Second, Second));
        Assert.Equal(4 * Second, host.Now);
    }

    [Fact]
    public void A_periodic_timer_does_not_keep_a_simulation_busy_but_runs_while_others_do()
    {
        using var host = new SimulatedHost(1);
        using var metronome = host.Clock.CreateTimer(_ => _lines.Add($"tick at {host.Now.TotalSeconds}"), null, Second, Second);
        host.RunUntilIdle(0);
        using var once = host.Clock.CreateTimer(_ => _lines.Add("once"), null, TimeSpan.FromSeconds(2.5), Timeout.InfiniteTimeSpan);
        host.RunUntilIdle(10);
        Assert.Equal(["tick at 1", "tick at 2", "once"], _lines);
        host.RunFor(Second);
        Assert.Equal("tick at 3", _lines[^1]);
    }

    [Fact]
    public void Inputs_come_at_their_times_and_in_their_order()
    {
        using var host = new SimulatedHost(1);
        host.Feed([new Arrival<string>(Second, "a"), new(Second, "b"), new(Second, "c"), new(3 * Second, "d")], item => _lines.Add($"{item} at {host.Now.TotalSeconds}"));
        host.RunUntilIdle(10);
        Assert.Equal(["a at 1", "b at 1", "c at 1", "d at 3"], _lines);
    }

    private IActorRef<int> Diary(SimulatedHost host, string name) =>
        host.Spawn<int>(new(name, 8), () => new Scripted<int>(message => _lines.Add($"{name} {message} at {host.Now.TotalSeconds}")));
}
