namespace FlashDrive.Simulation;

/// <summary>Bugs that can be planted, to see that a run reports them.</summary>
public enum Mutant
{
    None,

    /// <summary>Somebody ends a frame that another one owns.</summary>
    DoubleCompletion,

    /// <summary>An encoder's tensor that nobody disposes.</summary>
    ForgottenTensor,

    /// <summary>A lease on a window's blocks that nobody disposes.</summary>
    ForgottenLease,

    /// <summary>A frame that ends without giving its session credit back.</summary>
    LostCredit,

    /// <summary>A send without a credit.</summary>
    UncreditedSend,
}
