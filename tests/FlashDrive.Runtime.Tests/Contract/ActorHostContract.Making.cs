namespace FlashDrive.Runtime.Tests.Contract;

public abstract partial class ActorHostContract
{
    public static TheoryData<ActorThreading, string> Makings
    {
        get
        {
            var data = new TheoryData<ActorThreading, string>();
            foreach (var threading in Enum.GetValues<ActorThreading>())
                foreach (var place in (string[])["create", "started"])
                    data.Add(threading, place);
            return data;
        }
    }

    [Theory, MemberData(nameof(Makings))]
    public void A_throw_while_an_actor_is_made_is_a_failure_without_a_message(ActorThreading threading, string place)
    {
        var actor = SpawnHardToMake(threading, place, [1]);
        Settle();
        Assert.Equal([$"failed {place} 1, no message"], Journal.Lines);
        actor.Tell(7);
        Advance(Second);
        Assert.Equal(["handled 7 by 2"], Journal.Lines[1..]);
        Assert.Equal(1, actor.Restarts);
    }

    [Theory, MemberData(nameof(Makings))]
    public void A_throw_while_an_actor_is_made_anew_is_a_failure_without_a_message(ActorThreading threading, string place)
    {
        var actor = SpawnHardToMake(threading, place, [2, 3]);
        actor.Tell(-1);
        actor.Tell(7);
        Settle();
        Advance(Second);
        Assert.Equal(["failed asked, -1", $"failed {place} 2, no message"], Journal.Lines);
        Advance(Second);
        Assert.Equal($"failed {place} 3, no message", Journal.Lines[^1]);
        Assert.Equal(1, actor.Depth);
        Advance(Second);
        Assert.Equal("handled 7 by 4", Journal.Lines[^1]);
        Assert.Equal(3, actor.Restarts);
    }

    [Theory, MemberData(nameof(Makings))]
    public void Resuming_an_actor_that_could_not_be_made_makes_it(ActorThreading threading, string place)
    {
        var actor = SpawnHardToMake(threading, place, [1], SupervisionDirective.Resume);
        actor.Tell(7);
        Settle();
        Advance(Second);
        Assert.Equal($"handled 7 by {(place == "create" ? 2 : 1)}", Journal.Lines[^1]);
    }

    [Theory, MemberData(nameof(Threadings))]
    public void A_throw_of_Stopped_is_told_and_the_actor_ends_all_the_same(ActorThreading threading)
    {
        var policy = new SupervisionPolicy { Failed = failure => Journal.Add($"failed {failure.Cause.Message}, {failure.Message ?? "no message"}") };
        var actor = Host.Spawn<int>(Settings("a", threading, policy), () => new Scripted<int>(_ => { }, stopped: () => throw new AskedFor("in Stopped")));
        Settle();
        Host.Stop(actor);
        Settle();
        Assert.Equal(["failed in Stopped, no message"], Journal.Lines);
        Assert.True(actor.IsStopped);
    }

    /// <summary>The makings numbered in <paramref name="bad"/> throw at the named place; a handler throws at a negative message.</summary>
    private IActorRef<int> SpawnHardToMake(ActorThreading threading, string place, int[] bad, SupervisionDirective directive = SupervisionDirective.Restart)
    {
        var policy = Backoff(Second) with
        {
            Decide = _ => directive,
            Failed = failure => Journal.Add($"failed {failure.Cause.Message}, {failure.Message ?? "no message"}"),
        };
        var number = 0;
        return Host.Spawn<int>(Settings("a", threading, policy), () =>
        {
            var mine = ++number;
            void ThrowAt(string here)
            {
                if (here == place && bad.Contains(mine)) throw new AskedFor($"{here} {mine}");
            }
            ThrowAt("create");
            return new Scripted<int>(message =>
            {
                if (message < 0) throw new AskedFor("asked");
                Journal.Add($"handled {message} by {mine}");
            }, started: () => ThrowAt("started"));
        });
    }
}
