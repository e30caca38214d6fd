namespace FlashDrive.Runtime.Lifecycle;

/// <summary>What every host refuses.</summary>
internal static class SpawnRules
{
    public static void Check<T>(ActorSettings settings, Func<IActor<T>> create)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(create);
        ArgumentException.ThrowIfNullOrWhiteSpace(settings.Name);
        if (settings.Capacity < 1)
            throw new ArgumentOutOfRangeException(nameof(settings), settings.Capacity, $"the mailbox of '{settings.Name}' needs a capacity of at least 1");
    }

    public static ArgumentException NameTaken(string name) => new($"an actor named '{name}' already runs in this host: names are unique");

    public static ArgumentException Foreign(IActorRef actor) => new($"actor '{actor.Name}' is not of this host");
}
