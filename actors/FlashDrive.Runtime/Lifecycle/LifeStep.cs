namespace FlashDrive.Runtime.Lifecycle;

/// <summary>What comes next in an actor's life.</summary>
internal enum LifeStepKind
{
    /// <summary>Take messages.</summary>
    Run,

    /// <summary>Make a new actor when the back-off has passed.</summary>
    Restart,

    /// <summary>End it.</summary>
    End,
}

internal readonly record struct LifeStep(LifeStepKind Kind, TimeSpan Backoff)
{
    public static readonly LifeStep Run = new(LifeStepKind.Run, TimeSpan.Zero);

    public static readonly LifeStep End = new(LifeStepKind.End, TimeSpan.Zero);
}
