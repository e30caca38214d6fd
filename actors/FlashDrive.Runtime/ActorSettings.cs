namespace FlashDrive.Runtime;

/// <summary>What an actor runs on.</summary>
public enum ActorThreading
{
    /// <summary>A thread of its own: for actors that compute.</summary>
    Dedicated,

    /// <summary>The thread pool: for actors that only keep books.</summary>
    Pooled,
}

/// <summary>How an actor is run.</summary>
/// <param name="Name">Unique in its host; also its thread's name.</param>
/// <param name="Capacity">Most messages that can wait: the sum of the credits that can be addressed to it.</param>
public sealed record ActorSettings(string Name, int Capacity)
{
    public ActorThreading Threading { get; init; } = ActorThreading.Dedicated;

    public SupervisionPolicy Supervision { get; init; } = SupervisionPolicy.Default;
}
