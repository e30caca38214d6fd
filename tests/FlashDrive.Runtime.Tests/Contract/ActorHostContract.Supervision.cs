namespace FlashDrive.Runtime.Tests.Contract;

public abstract partial class ActorHostContract
{
    [Theory, MemberData(nameof(Threadings))]
    public void A_failure_is_told_before_the_message_in_hand_is_disposed(ActorThreading threading)
    {
        var parcel = new Parcel("p");
        ActorFailure? told = null;
        var disposalsWhenTold = -1;
        var disposalsWhenDecided = -1;
        var policy = new SupervisionPolicy
        {
            Failed = failure =>
            {
                told = failure;
                disposalsWhenTold = parcel.Disposals;
            },
            Decide = _ =>
            {
                disposalsWhenDecided = parcel.Disposals;
                return SupervisionDirective.Resume;
            },
        };
        var actor = Host.Spawn<Parcel>(Settings("a", threading, policy), () => new Scripted<Parcel>(_ => throw new AskedFor("x")));
        actor.Tell(parcel);
        Settle();
        Assert.Equal((0, 1, 1), (disposalsWhenTold, disposalsWhenDecided, parcel.Disposals));
        Assert.Equal(("a", parcel, 1), (told!.Actor, told.Message, told.Failures));
        Assert.IsType<AskedFor>(told.Cause);
    }

    [Theory, MemberData(nameof(Threadings))]
    public void A_restart_makes_a_new_actor_over_the_same_mailbox(ActorThreading threading)
    {
        var actor = SpawnDiary("a", threading, Backoff(Second));
        actor.Tell("throw");
        Settle();
        actor.Tell("1");
        actor.Tell("2");
        Assert.Equal(["a 1 made", "a 1 started", "a 1 throw", "a 1 stopped"], Journal.Lines);
        Assert.Equal((0L, 2), (actor.Restarts, actor.Depth));
        Advance(Second);
        Assert.Equal(["a 2 made", "a 2 started", "a 2 1", "a 2 2"], Journal.Lines[4..]);
        Assert.Equal((1L, false), (actor.Restarts, actor.IsStopped));
    }

    [Theory, MemberData(nameof(Threadings))]
    public void By_default_an_actor_restarts_at_once_and_the_message_is_not_handled_again(ActorThreading threading)
    {
        var actor = SpawnDiary("a", threading);
        actor.Tell("throw");
        actor.Tell("1");
        Settle();
        Assert.Equal(["a 1 made", "a 1 started", "a 1 throw", "a 1 stopped", "a 2 made", "a 2 started", "a 2 1"], Journal.Lines);
    }

    [Theory, MemberData(nameof(Threadings))]
    public void Resuming_keeps_the_actor(ActorThreading threading)
    {
        var actor = SpawnDiary("a", threading, Always(SupervisionDirective.Resume));
        actor.Tell("throw");
        actor.Tell("1");
        Settle();
        Assert.Equal(["a 1 made", "a 1 started", "a 1 throw", "a 1 1"], Journal.Lines);
        Assert.Equal(0, actor.Restarts);
    }

    [Theory, MemberData(nameof(Threadings))]
    public void The_directive_to_stop_ends_the_actor(ActorThreading threading)
    {
        var actor = SpawnDiary("a", threading, Always(SupervisionDirective.Stop));
        actor.Tell("throw");
        Settle();
        Assert.Equal(["a 1 made", "a 1 started", "a 1 throw", "a 1 stopped"], Journal.Lines);
        Assert.True(actor.IsStopped);
    }

    [Theory, MemberData(nameof(Threadings))]
    public void Escalating_hands_the_failure_on_and_ends_the_actor(ActorThreading threading)
    {
        var policy = new SupervisionPolicy
        {
            Decide = _ => SupervisionDirective.Escalate,
            Failed = failure => Journal.Add($"failed {failure.Cause.Message}"),
            Escalated = failure => Journal.Add($"escalated {failure.Cause.Message}"),
        };
        var actor = SpawnDiary("a", threading, policy);
        actor.Tell("throw");
        Settle();
        Assert.Equal(["a 1 throw", "failed throw", "escalated throw", "a 1 stopped"], Journal.Lines[2..]);
        Assert.True(actor.IsStopped);
    }

    [Theory, MemberData(nameof(Threadings))]
    public void The_backoff_doubles_up_to_its_maximum(ActorThreading threading)
    {
        var actor = SpawnDiary("a", threading, Backoff(Second, 3 * Second));
        foreach (var seconds in (double[])[1, 2, 3, 3])
        {
            var before = actor.Restarts;
            actor.Tell("throw");
            Settle();
            Advance(seconds * Second - TimeSpan.FromMilliseconds(1));
            Assert.Equal(before, actor.Restarts);
            Advance(TimeSpan.FromMilliseconds(1));
            Assert.Equal(before + 1, actor.Restarts);
        }
    }

    [Theory, MemberData(nameof(Threadings))]
    public void The_backoff_forgets_failures_older_than_the_budget_time(ActorThreading threading)
    {
        var actor = SpawnDiary("a", threading, Backoff(Second, 3 * Second) with { BudgetTime = 10 * Second });
        actor.Tell("throw");
        Settle();
        Advance(10 * Second);
        actor.Tell("throw");
        Settle();
        Advance(Second);
        Assert.Equal(2, actor.Restarts);
    }

    [Theory, MemberData(nameof(Threadings))]
    public void A_spent_budget_replaces_the_directive(ActorThreading threading)
    {
        var decisions = 0;
        var failures = new List<int>();
        var actor = SpawnDiary("a", threading, new SupervisionPolicy
        {
            Decide = _ =>
            {
                decisions++;
                return SupervisionDirective.Resume;
            },
            Failed = failure => failures.Add(failure.Failures),
            Budget = 2,
            BudgetTime = 10 * Second,
            WhenSpent = SupervisionDirective.Stop,
        });
        actor.Tell("throw");
        Settle();
        Advance(9 * Second);
        actor.Tell("throw");
        Settle();
        // The first failure is now as old as the budget's time, and counts no more.
        Advance(Second);
        actor.Tell("throw");
        Settle();
        Assert.False(actor.IsStopped);
        actor.Tell("throw");
        Settle();
        Assert.True(actor.IsStopped);
        Assert.Equal([1, 2, 2, 3], failures);
        Assert.Equal(3, decisions);
    }

    [Theory, MemberData(nameof(Threadings))]
    public void A_failing_actor_leaves_its_neighbour_alone(ActorThreading threading)
    {
        var failing = SpawnDiary("a", threading, Backoff(Second));
        var other = SpawnDiary("b", threading);
        failing.Tell("throw");
        other.Tell("1");
        Settle();
        Assert.Contains("b 1 1", Journal.Lines);
        Assert.Equal(0, other.Restarts);
    }
}
