using FlashDrive.Model.Configuration;
using FlashDrive.Training.Exam;

namespace FlashDrive.Training.Target;

/// <summary>What a training of the target model is to do.</summary>
/// <param name="Preset">Sizes and ids of the model.</param>
/// <param name="Folder">Where its checkpoint lies.</param>
/// <param name="Seed">Of weights and samples.</param>
/// <param name="Stages">The recipe.</param>
public sealed record TargetTrainingOptions(ModelPreset Preset, string Folder, ulong Seed, IReadOnlyList<TrainingStage> Stages)
{
    /// <summary>Worker threads, one LibTorch thread each; the result does not depend on their number.</summary>
    public int Threads { get; init; } = Math.Max(1, Environment.ProcessorCount);

    /// <summary>Continue from the checkpoint in <see cref="Folder"/>; without it the folder must hold none.</summary>
    public bool Resume { get; init; }

    /// <summary>Stop after this many steps in all, before the recipe's end; 0 runs it to its end.</summary>
    public long StopAfterSteps { get; init; }

    /// <summary>Small batches of one step, each computed by one worker; their gradients are averaged in fixed order.</summary>
    public int MicroBatches { get; init; } = 4;

    /// <summary>Moments of one small batch of a joint step.</summary>
    public int MomentsPerMicroBatch { get; init; } = 2;

    /// <summary>Moments, four images each, of one small batch of a step that learns to see.</summary>
    public int GlancesPerMicroBatch { get; init; } = 4;

    /// <summary>Joint steps between two looks at held-out windows; 0 never looks.</summary>
    public int CheckEverySteps { get; init; }

    /// <summary>Windows of such a look.</summary>
    public int CheckWindows { get; init; } = 66;

    /// <summary>Time between two checkpoints.</summary>
    public TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The recipe of nano.md: learn to see, learn everything, anneal.</summary>
    public static IReadOnlyList<TrainingStage> Recipe(int seeSteps, int jointSteps, int annealSteps) =>
    [
        new("see", Joint: false, seeSteps, 2e-3, 2e-4, 100),
        new("joint", Joint: true, jointSteps, 1.5e-3, 1e-3, 150),
        new("anneal", Joint: true, annealSteps, 1e-3, 1e-5, 1),
    ];
}

/// <summary>Where a training stands after a step.</summary>
/// <param name="Step">Steps done, of <paramref name="TotalSteps"/>.</param>
/// <param name="SamplesPerSecond">Over the newest steps.</param>
/// <param name="Remaining">At this speed.</param>
/// <param name="Check">A look at held-out windows, when this step took one.</param>
public sealed record TrainingProgress(
    long Step, long TotalSteps, string Stage, double ThoughtLoss, double FlowLoss, double ClassLoss, double GradientNorm, double LearningRate,
    double SamplesPerSecond, TimeSpan Remaining, bool CheckpointWritten, HeldOutCheck? Check);
