namespace FlashDrive.Runtime.Tests.Contract;

public abstract partial class ActorHostContract
{
    [Theory, MemberData(nameof(Threadings))]
    public void An_actor_is_started_before_its_first_message_and_stopped_once(ActorThreading threading)
    {
        var actor = SpawnDiary("a", threading);
        actor.Tell("1");
        Settle();
        Host.Stop(actor);
        Host.Stop(actor);
        Settle();
        Host.Stop(actor);
        Settle();
        Assert.Equal(["a 1 made", "a 1 started", "a 1 1", "a 1 stopped"], Journal.Lines);
        Assert.True(actor.IsStopped);
    }

    [Theory, MemberData(nameof(Threadings))]
    public void A_stopped_actor_finishes_the_message_in_hand_and_those_that_wait_are_disposed(ActorThreading threading)
    {
        Parcel stop = new("stop"), waits = new("waits"), late = new("late");
        IActorRef<Parcel> actor = null!;
        actor = Host.Spawn<Parcel>(Settings("a", threading), () => new Scripted<Parcel>(message =>
        {
            actor.Tell(waits);
            Host.Stop(actor);
            actor.Tell(late);
            Journal.Add($"finished {message}");
        }));
        actor.Tell(stop);
        Settle();
        Assert.Equal(["finished stop"], Journal.Lines);
        Assert.Equal((0, 1, 1), (stop.Disposals, waits.Disposals, late.Disposals));
        Assert.Equal((2L, 0), (Host.DeadLetters, actor.Depth));
    }

    [Theory, MemberData(nameof(Threadings))]
    public void A_message_to_a_stopped_actor_is_disposed_and_counted(ActorThreading threading)
    {
        var actor = Host.Spawn<Parcel>(Settings("a", threading), () => new Scripted<Parcel>(_ => { }));
        Host.Stop(actor);
        Settle();
        var parcel = new Parcel("p");
        actor.Tell(parcel);
        Assert.Equal((1, 1L, 0), (parcel.Disposals, Host.DeadLetters, actor.Depth));
    }

    [Theory, MemberData(nameof(Threadings))]
    public void Stopping_during_a_backoff_ends_it_without_a_new_actor(ActorThreading threading)
    {
        var actor = SpawnDiary("a", threading, Backoff(Second));
        actor.Tell("throw");
        Settle();
        actor.Tell("waits");
        Host.Stop(actor);
        Settle();
        Assert.True(actor.IsStopped);
        Assert.Equal(1, Host.DeadLetters);
        Advance(2 * Second);
        Assert.Equal("a 1 stopped", Journal.Lines[^1]);
    }

    [Theory, MemberData(nameof(Threadings))]
    public void A_name_is_free_again_when_its_actor_has_stopped(ActorThreading threading)
    {
        Host.Stop(SpawnDiary("a", threading));
        Settle();
        SpawnDiary("a", threading).Tell("1");
        Settle();
        Assert.Equal("a 1 1", Journal.Lines[^1]);
    }

    [Theory, MemberData(nameof(Threadings))]
    public void The_death_of_a_watched_actor_is_told_once_to_each_watcher(ActorThreading threading)
    {
        var subject = SpawnDiary("subject", threading);
        var first = SpawnDiary("first", threading);
        var second = SpawnDiary("second", threading);
        Host.Watch(subject, first, "it ended");
        Host.Watch(subject, second, "it ended");
        subject.Tell("throw");
        Settle();
        Assert.DoesNotContain("first 1 it ended", Journal.Lines);
        subject.Tell("stop");
        Settle();
        Assert.Single(Journal.Lines, "first 1 it ended");
        Assert.Single(Journal.Lines, "second 1 it ended");
    }

    [Theory, MemberData(nameof(Threadings))]
    public void Watching_an_actor_that_has_stopped_tells_at_once(ActorThreading threading)
    {
        var subject = SpawnDiary("subject", threading);
        var watcher = SpawnDiary("watcher", threading);
        Host.Stop(subject);
        Settle();
        Host.Watch(subject, watcher, "it ended");
        Settle();
        Assert.Single(Journal.Lines, "watcher 1 it ended");
    }

    [Theory, MemberData(nameof(Threadings))]
    public void A_notice_to_a_watcher_that_has_stopped_is_a_dead_letter(ActorThreading threading)
    {
        var notice = new Parcel("notice");
        var subject = SpawnDiary("subject", threading);
        var watcher = Host.Spawn<Parcel>(Settings("watcher", threading), () => new Scripted<Parcel>(_ => { }));
        Host.Watch(subject, watcher, notice);
        Host.Stop(watcher);
        Settle();
        Host.Stop(subject);
        Settle();
        Assert.Equal((1, 1L), (notice.Disposals, Host.DeadLetters));
    }

    [Theory, MemberData(nameof(Threadings))]
    public void A_watcher_without_room_is_reported_and_the_others_are_told(ActorThreading threading)
    {
        var subject = SpawnDiary("subject", threading, new SupervisionPolicy { Failed = failure => Journal.Add(failure.Cause.GetType().Name) });
        var full = SpawnDiary("full", threading, Backoff(Second), capacity: 1);
        var other = SpawnDiary("other", threading);
        full.Tell("throw");
        Settle();
        full.Tell("waits");
        Host.Watch(subject, full, "it ended");
        Host.Watch(subject, other, "it ended");
        Host.Stop(subject);
        Settle();
        Assert.Single(Journal.Lines, nameof(MailboxFullException));
        Assert.Single(Journal.Lines, "other 1 it ended");
    }

    [Theory, MemberData(nameof(Threadings))]
    public void A_watcher_may_spawn_the_successor_by_the_same_name(ActorThreading threading)
    {
        const int Rounds = 100;
        IActorRef<string> watcher = null!;
        void SpawnWatched(string message)
        {
            var subject = SpawnDiary("subject", threading);
            Host.Watch(subject, watcher, "it ended");
            subject.Tell(message);
        }
        var successors = 0;
        watcher = Host.Spawn<string>(Settings("watcher", threading), () => new Scripted<string>(_ => SpawnWatched(++successors < Rounds ? "stop" : "last")));
        SpawnWatched("stop");
        Settle();
        Assert.Equal("subject 1 last", Journal.Lines[^1]);
        Assert.Equal((Rounds, 0L), (successors, watcher.Restarts));
    }

    [Theory, MemberData(nameof(Threadings))]
    public void Actors_of_another_host_are_refused(ActorThreading threading)
    {
        using var other = CreateHost();
        var stranger = other.Spawn<int>(Settings("stranger", threading), () => new Scripted<int>(_ => { }));
        var own = SpawnDiary("a", threading);
        Assert.Equal("actor 'stranger' is not of this host", Assert.Throws<ArgumentException>(() => Host.Stop(stranger)).Message);
        Assert.Throws<ArgumentException>(() => Host.Watch(stranger, own, "it ended"));
    }

    [Theory, MemberData(nameof(Threadings))]
    public void A_timer_of_the_hosts_clock_reaches_an_actor(ActorThreading threading)
    {
        var actor = SpawnDiary("a", threading);
        Settle();
        using var timer = Host.Clock.CreateTimer(_ => actor.Tell($"{Host.Clock.GetElapsedTime(0):g}"), null, Second, 2 * Second);
        var from = Host.Clock.GetElapsedTime(0);
        Advance(Second);
        Assert.Equal($"a 1 {from + Second:g}", Journal.Lines[^1]);
        Advance(2 * Second);
        Assert.Equal($"a 1 {from + (3 * Second):g}", Journal.Lines[^1]);
        timer.Dispose();
        var lines = Journal.Lines.Length;
        Advance(9 * Second);
        Assert.Equal(lines, Journal.Lines.Length);
    }

    [Theory, MemberData(nameof(Threadings))]
    public void Disposing_the_host_ends_every_actor_and_spawns_no_more(ActorThreading threading)
    {
        var waits = new Parcel("waits");
        var backingOff = Host.Spawn<Parcel>(Settings("a", threading, Backoff(Second)), () => new Scripted<Parcel>(_ => throw new AskedFor("x")));
        var idle = SpawnDiary("b", threading);
        backingOff.Tell(new Parcel("first"));
        Settle();
        backingOff.Tell(waits);
        Host.Dispose();
        Host.Dispose();
        Assert.True(backingOff.IsStopped && idle.IsStopped);
        Assert.Equal((1, 1L), (waits.Disposals, Host.DeadLetters));
        Assert.Equal("b 1 stopped", Journal.Lines[^1]);
        Assert.Throws<ObjectDisposedException>(() => SpawnDiary("c", threading));
    }
}
