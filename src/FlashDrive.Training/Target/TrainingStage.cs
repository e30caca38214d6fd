namespace FlashDrive.Training.Target;

/// <summary>What the optimiser does in one stage of a recipe.</summary>
/// <param name="Name">Stands in progress lines.</param>
/// <param name="Joint">Language and actions learn too; otherwise the vision tower alone.</param>
/// <param name="Steps">Optimiser steps.</param>
/// <param name="PeakRate">Learning rate after warm-up; a cosine falls from it to <paramref name="FinalRate"/>.</param>
/// <param name="WarmUpSteps">Steps of linear rise.</param>
public sealed record TrainingStage(string Name, bool Joint, int Steps, double PeakRate, double FinalRate, int WarmUpSteps)
{
    /// <summary>Learning rate of a step of the stage, from 0.</summary>
    public double Rate(int step)
    {
        if (step < WarmUpSteps) return PeakRate * (step + 1) / WarmUpSteps;
        var progress = (double)(step - WarmUpSteps) / Math.Max(1, Steps - WarmUpSteps);
        return FinalRate + (PeakRate - FinalRate) * 0.5 * (1 + Math.Cos(Math.PI * progress));
    }
}
