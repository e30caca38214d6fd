namespace FlashDrive.Runtime.Stalls;

/// <summary>What stood still.</summary>
public enum StallKind
{
    /// <summary>All threads: a collection, or a system that gave the process no processor.</summary>
    Process,

    /// <summary>The thread pool: its threads were all taken.</summary>
    ThreadPool,
}

/// <summary>A standstill longer than its bound.</summary>
/// <param name="Duration">How long nothing moved; of the thread pool, so far.</param>
/// <param name="Collecting">How much of it the garbage collector held all threads.</param>
public readonly record struct Stall(StallKind Kind, TimeSpan Duration, TimeSpan Collecting);
