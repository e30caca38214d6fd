using FlashDrive.Actors.Streams;
using FlashDrive.Inference;

namespace FlashDrive.Actors.Observation;

/// <summary>How the window behind a published plan came about.</summary>
public enum PlanMode
{
    /// <summary>The window moved on by the frames that came.</summary>
    Warm,

    /// <summary>The first plan after a restart of the window.</summary>
    Cold,

    /// <summary>Something in the window is older than its tick.</summary>
    Patched,

    /// <summary>No plan came: the last one, shifted in time and braking to rest.</summary>
    Fallback,
}

/// <summary>What leaves the engine.</summary>
/// <param name="Age">From the capture of the frame's oldest new image to now.</param>
/// <param name="Latency">From the frame's arrival to now.</param>
/// <param name="Late">After its deadline.</param>
public sealed record PublishedPlan(StreamLane Stream, Plan Plan, PlanMode Mode, TimeSpan Age, TimeSpan Latency, bool Late)
{
    /// <summary>How the window behind a plan of a frame of its own came about.</summary>
    public static PlanMode ModeOf(Plan plan) => plan.ColdReason is not null ? PlanMode.Cold : plan.Patched ? PlanMode.Patched : PlanMode.Warm;
}
