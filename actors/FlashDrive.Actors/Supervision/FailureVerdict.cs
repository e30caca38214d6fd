namespace FlashDrive.Actors.Supervision;

/// <summary>What failures add up to.</summary>
public enum FailureVerdict
{
    /// <summary>The frame ended, and that is all.</summary>
    None,

    /// <summary>The stream's window is reset and its admission backs off.</summary>
    DegradeStream,

    /// <summary>Every frame in flight ends, every window is reset.</summary>
    RestartPipeline,
}
