namespace FlashDrive.Runtime.Embedded;

/// <summary>What became of an actor's turn.</summary>
internal enum TurnEnd
{
    /// <summary>Nothing to do until somebody wakes it.</summary>
    Idle,

    /// <summary>The turn's share is used up and more may wait.</summary>
    More,

    Ended,
}

/// <summary>
/// One running actor. At any time it is idle, or scheduled (which includes running) exactly once: whoever turns idle into scheduled
/// has the duty to have it run.
/// </summary>
internal abstract class ActorCell
{
    private int _scheduled;
    private long _wakes;

    public ActorRunner Runner { get; set; } = null!;

    /// <summary>False also between the two halves of <see cref="TryRest"/> when work has come.</summary>
    public bool IsIdle => Volatile.Read(ref _scheduled) == 0 && !HasWork;

    /// <summary>Times it went from idle to scheduled.</summary>
    public long Wakes => Volatile.Read(ref _wakes);

    public abstract string Name { get; }

    public abstract EmbeddedHost Host { get; }

    protected abstract bool HasWork { get; }

    /// <summary>Has the actor run unless it is about to. Safe from any thread.</summary>
    public void Wake()
    {
        if (Interlocked.Exchange(ref _scheduled, 1) != 0) return;
        // Only who won the exchange writes this, before it lets the actor run.
        Volatile.Write(ref _wakes, _wakes + 1);
        Runner.Schedule();
    }

    /// <summary>Goes idle at the end of a turn; false when work came in the meantime, and the caller must go on.</summary>
    public bool TryRest()
    {
        Interlocked.Exchange(ref _scheduled, 0);
        // Work that came before the line above found the actor scheduled and woke nobody.
        return !HasWork || Interlocked.Exchange(ref _scheduled, 1) != 0;
    }

    /// <summary>Runs the actor for at most <paramref name="most"/> messages. Never on two threads at once.</summary>
    public abstract TurnEnd Turn(int most);

    public abstract void RequestStop();

    public abstract void WhenStopped(Action send);
}
