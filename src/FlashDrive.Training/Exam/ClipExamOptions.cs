using FlashDrive.Training.Samples;

namespace FlashDrive.Training.Exam;

/// <summary>Which continuous clips are driven to compare a stream's plans with those of whole windows.</summary>
/// <param name="Clips">Held-out clips.</param>
/// <param name="Windows">Windows of each.</param>
/// <param name="PlanEvery">
/// Every window of a stream is encoded and prefilled; plans are made and compared in every this many-th one, from the second on.
/// </param>
/// <param name="Samples">Trajectories per plan.</param>
public sealed record ClipExamOptions(int Clips, int Windows, int PlanEvery, int Samples = 6, ulong NoiseSeed = 1)
{
    /// <summary>Threads, one LibTorch thread each; the result does not depend on their number.</summary>
    public int Threads { get; init; } = Math.Max(1, Environment.ProcessorCount);

    /// <summary>Number of the first clip among the held-out ones.</summary>
    public int FirstClip { get; init; }

    /// <summary>Plans of the first and last third of every clip only, to find out whether a stream drifts.</summary>
    public bool Drift { get; init; }

    /// <summary>Whether a plan is made in a window.</summary>
    public bool IsPlanned(int window) => window % PlanEvery == PlanEvery - 1 && (!Drift || ThirdOf(window) != 1);

    /// <summary>0 first, 1 middle, 2 last.</summary>
    public int ThirdOf(int window) => Math.Min(2, 3 * window / Windows);

    internal WorldClip Clip(int index) => WorldClip.HeldOut(FirstClip + index, Windows);
}
