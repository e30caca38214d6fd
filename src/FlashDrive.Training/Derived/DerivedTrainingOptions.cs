using FlashDrive.Training.Target;

namespace FlashDrive.Training.Derived;

/// <summary>What a training upon a finished model is to do.</summary>
/// <param name="Folder">Where its checkpoint lies.</param>
/// <param name="ParentSha256">Of the parent's weights.</param>
/// <param name="Seed">Of weights, samples and noise.</param>
/// <param name="Stage">Steps and learning rates.</param>
public sealed record DerivedTrainingOptions(string Folder, string ParentSha256, ulong Seed, TrainingStage Stage)
{
    /// <summary>Worker threads, one LibTorch thread each; the result does not depend on it.</summary>
    public int Threads { get; init; } = Math.Max(1, Environment.ProcessorCount);

    /// <summary>Small batches of one step, each computed by one worker; their gradients are averaged in fixed order.</summary>
    public int MicroBatches { get; init; } = 4;

    /// <summary>Continue from the checkpoint in <see cref="Folder"/>; without it the folder must hold none.</summary>
    public bool Resume { get; init; }

    /// <summary>Stop after this many steps in all, before the end; 0 runs to the end.</summary>
    public long StopAfterSteps { get; init; }

    /// <summary>Steps between two validations, whose best parameters are kept; 0 never validates and keeps the last.</summary>
    public int ValidateEverySteps { get; init; }

    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Time between two checkpoints.</summary>
    public TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>Where such a training stands after a step.</summary>
/// <param name="Step">Steps done, of <paramref name="TotalSteps"/>.</param>
/// <param name="Loss">Of this step.</param>
/// <param name="Remaining">At the present speed.</param>
/// <param name="Validation">What a validation of this step found, in words.</param>
public sealed record DerivedProgress(
    long Step, long TotalSteps, string Stage, double Loss, double GradientNorm, double LearningRate, double StepsPerSecond, TimeSpan Remaining,
    bool CheckpointWritten, string? Validation);

/// <summary>Outcome of a validation.</summary>
/// <param name="Error">Smaller is better.</param>
/// <param name="Text">For people.</param>
public readonly record struct Validation(double Error, string Text);
