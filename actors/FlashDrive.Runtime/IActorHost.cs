namespace FlashDrive.Runtime;

/// <summary>
/// The host seam: all that actors need of whatever runs them. Implementations must pass the abstract contract suite of the tests.
/// </summary>
public interface IActorHost : IDisposable
{
    /// <summary>Time of deadlines, timers and durations; virtual under the simulated scheduler.</summary>
    TimeProvider Clock { get; }

    /// <summary>Messages that met a stopped actor.</summary>
    long DeadLetters { get; }

    /// <param name="create">Makes the actor, at the start and after every restart.</param>
    IActorRef<T> Spawn<T>(ActorSettings settings, Func<IActor<T>> create);

    /// <summary>Sends <paramref name="notice"/> to the watcher once when the subject has stopped; at once when it has already.</summary>
    void Watch<T>(IActorRef subject, IActorRef<T> watcher, T notice);

    /// <summary>Lets the actor finish the message in hand and ends it; messages that wait are disposed as dead letters.</summary>
    void Stop(IActorRef actor);
}
