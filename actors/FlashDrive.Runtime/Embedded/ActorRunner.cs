namespace FlashDrive.Runtime.Embedded;

/// <summary>Gives an actor its turns.</summary>
internal abstract class ActorRunner
{
    /// <summary>Called once per passage from idle to scheduled.</summary>
    public abstract void Schedule();

    /// <summary>Waits for the actor's end; false when it has not come within <paramref name="wait"/> of real time.</summary>
    public abstract bool Join(TimeSpan wait);
}
