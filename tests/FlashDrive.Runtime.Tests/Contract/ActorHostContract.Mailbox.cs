namespace FlashDrive.Runtime.Tests.Contract;

public abstract partial class ActorHostContract
{
    [Theory, MemberData(nameof(Threadings))]
    public void Messages_of_each_sender_arrive_in_order_and_one_at_a_time(ActorThreading threading)
    {
        const int Senders = 4, Each = 500;
        var next = new int[Senders];
        int inside = 0, overlaps = 0, disorders = 0;
        var receiver = Host.Spawn<(int Sender, int Number)>(Settings("receiver", threading, capacity: Senders * Each), () => new Scripted<(int Sender, int Number)>(message =>
        {
            if (Interlocked.Increment(ref inside) != 1) overlaps++;
            if (next[message.Sender]++ != message.Number) disorders++;
            // Long enough for a second thread to come in, were it let.
            Thread.Yield();
            Interlocked.Decrement(ref inside);
        }));
        var senders = Enumerable.Range(0, Senders).Select(sender => Host.Spawn<int>(Settings($"sender {sender}", threading, capacity: 1), () => new Scripted<int>(count =>
        {
            for (var i = 0; i < count; i++) receiver.Tell((sender, i));
        }))).ToArray();
        foreach (var sender in senders) sender.Tell(Each);
        Settle();
        Assert.Equal([Each, Each, Each, Each], next);
        Assert.Equal((0, 0), (overlaps, disorders));
    }

    [Theory, MemberData(nameof(Threadings))]
    public void A_full_mailbox_refuses_one_more_and_keeps_those_that_wait(ActorThreading threading)
    {
        var actor = SpawnDiary("a", threading, Backoff(Second), capacity: 3);
        actor.Tell("throw");
        Settle();
        foreach (var message in (string[])["1", "2", "3"]) actor.Tell(message);
        Assert.Equal((3, 3), (actor.Depth, actor.Capacity));
        var refused = Assert.Throws<MailboxFullException>(() => actor.Tell("4"));
        Assert.Equal("the mailbox of 'a' already holds its 3 messages: somebody sends without a credit", refused.Message);
        Advance(Second);
        Assert.Equal(["a 2 1", "a 2 2", "a 2 3"], Journal.Lines[^3..]);
        Assert.Equal((0, 0L), (actor.Depth, Host.DeadLetters));
    }

    [Theory, MemberData(nameof(Threadings))]
    public void A_message_that_was_handled_is_the_actors_to_dispose(ActorThreading threading)
    {
        Parcel parcel = new("kept"), refused = new("refused");
        var actor = Host.Spawn<Parcel>(Settings("a", threading, Backoff(Second), 1), () => new Scripted<Parcel>(message => Journal.Add(message.Label)));
        actor.Tell(parcel);
        Settle();
        Assert.Equal(["kept"], Journal.Lines);
        Assert.Equal((0, 0), (parcel.Disposals, refused.Disposals));
    }

    [Theory, MemberData(nameof(Threadings))]
    public void A_message_refused_by_a_full_mailbox_stays_the_senders(ActorThreading threading)
    {
        Parcel first = new("throw"), waits = new("waits"), refused = new("refused");
        var actor = Host.Spawn<Parcel>(Settings("a", threading, Backoff(Second), 1), () => new Scripted<Parcel>(message => throw new AskedFor(message.Label)));
        actor.Tell(first);
        Settle();
        actor.Tell(waits);
        Assert.Throws<MailboxFullException>(() => actor.Tell(refused));
        Assert.Equal((1, 0, 0), (first.Disposals, waits.Disposals, refused.Disposals));
    }

    [Theory, MemberData(nameof(Threadings))]
    public void An_actor_sends_to_itself_behind_what_waits(ActorThreading threading)
    {
        IActorRef<int> actor = null!;
        actor = Host.Spawn<int>(Settings("a", threading), () => new Scripted<int>(message =>
        {
            Journal.Add($"{message}");
            if (message >= 3) return;
            actor.Tell(message + 1);
            actor.Tell(message + 10);
        }));
        actor.Tell(1);
        Settle();
        Assert.Equal(["1", "2", "11", "3", "12"], Journal.Lines);
    }

    [Theory, MemberData(nameof(Threadings))]
    public void Names_and_capacities_that_make_no_sense_are_refused(ActorThreading threading)
    {
        SpawnDiary("a", threading);
        Assert.Equal("an actor named 'a' already runs in this host: names are unique",
            Assert.Throws<ArgumentException>(() => SpawnDiary("a", threading)).Message);
        Assert.Contains("the mailbox of 'b' needs a capacity of at least 1",
            Assert.Throws<ArgumentOutOfRangeException>(() => SpawnDiary("b", threading, capacity: 0)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => SpawnDiary(" ", threading));
        Assert.Throws<ArgumentOutOfRangeException>(() => SpawnDiary("c", threading, new SupervisionPolicy { Budget = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => SpawnDiary("c", threading, new SupervisionPolicy { BudgetTime = TimeSpan.Zero }));
        Assert.Throws<ArgumentOutOfRangeException>(() => SpawnDiary("c", threading, Backoff(2 * Second, Second)));
    }
}
