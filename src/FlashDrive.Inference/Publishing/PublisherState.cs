namespace FlashDrive.Inference.Publishing;

/// <summary>What the publisher keeps of one stream.</summary>
public sealed class PublisherState
{
    /// <summary>The last plan that left, or null; its trajectories feed the fallback.</summary>
    public Plan? Last { get; internal set; }

    /// <summary>Number of its frame in the stream.</summary>
    public long LastNumber { get; internal set; }

    /// <summary>When its frame had arrived.</summary>
    public TimeSpan LastArrival { get; internal set; }

    /// <summary>When it left.</summary>
    public TimeSpan LastPublished { get; internal set; }
}
