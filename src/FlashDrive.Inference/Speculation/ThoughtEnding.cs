namespace FlashDrive.Inference.Speculation;

/// <summary>How a thought ended.</summary>
public enum ThoughtEnding
{
    /// <summary>It goes on.</summary>
    None,

    /// <summary>The target wrote the end of the thought, or went straight on to the trajectory.</summary>
    Completed,

    /// <summary>The target ended its turn.</summary>
    Turn,

    /// <summary>A sentence was complete, which the options take for the end.</summary>
    Period,

    /// <summary>The budget was spent: closed behind the last complete sentence.</summary>
    Budget,
}
