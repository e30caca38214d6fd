namespace FlashDrive.Actors.Observation;

/// <summary>Whether a stream or the engine can be relied on.</summary>
public enum EngineHealth
{
    Healthy,

    /// <summary>It goes on, but something is wrong: failures, no plan for too long, a second restart of the pipeline.</summary>
    Degraded,
}
