namespace FlashDrive.Runtime;

/// <summary>A running actor, seen from outside.</summary>
public interface IActorRef
{
    string Name { get; }

    /// <summary>Messages that wait; the one in hand not counted.</summary>
    int Depth { get; }

    int Capacity { get; }

    /// <summary>Times it was restarted after a throw.</summary>
    long Restarts { get; }

    bool IsStopped { get; }
}

/// <summary>Where messages of type <typeparamref name="T"/> are sent.</summary>
public interface IActorRef<in T> : IActorRef
{
    /// <summary>Puts the message behind those that wait; never blocks. A stopped actor's messages are disposed and counted as dead letters.</summary>
    /// <exception cref="MailboxFullException">More messages than the mailbox was made for: a bug in the sum of its senders' credits.</exception>
    void Tell(T message);
}
