using FlashDrive.Torch;

namespace FlashDrive.Inference.Flow;

/// <summary>How trajectories are drawn (alpamayo.md §11).</summary>
/// <param name="Samples">Trajectories per thought.</param>
/// <param name="Steps">Euler steps; null takes the configuration's.</param>
/// <param name="NoiseTemperature">Factor on the initial noise.</param>
/// <param name="GuidanceWeight">w of v = (1 − w)·v_unguided + w·v_guided; null runs without guidance.</param>
public sealed record FlowOptions(int Samples = 1, int? Steps = null, double NoiseTemperature = 1, double? GuidanceWeight = null)
{
    /// <summary>Steps that take the last evaluated velocity instead of a new one (flashdrive.md §4); never step 0.</summary>
    public IReadOnlyList<int> Reuse { get; init; } = [];

    /// <summary>float32, or bfloat16 to step over the grid of a pipeline whose times are bfloat16; the states stay float32.</summary>
    public ScalarType Grid { get; init; } = ScalarType.Float32;

    /// <summary>The steps to integrate, for a checkpoint that asks for <paramref name="configuredSteps"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A reused step is not one of the schedule.</exception>
    public FlowSchedule Schedule(int configuredSteps) => new(Steps ?? configuredSteps, Reuse, Grid);
}
