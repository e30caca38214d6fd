using FlashDrive.Inference;
using FlashDrive.Inference.Flow;
using FlashDrive.Inference.Stages;
using FlashDrive.Runtime.Simulation;

namespace FlashDrive.Simulation.StandIns;

/// <summary>How stand-in stages behave.</summary>
/// <param name="Engine">What the engine around them is asked for.</param>
/// <param name="Sessions">S of the design: pools are made for it by the engine's own sum.</param>
public sealed record StandInOptions(EngineOptions Engine, int Sessions)
{
    /// <summary>F = 2, one thought of up to three tokens, one sample.</summary>
    public static readonly EngineOptions TwoFrames = new(new ReasoningOptions(Budget: 3), new FlowOptions(), FramesPerCamera: 2);

    /// <summary>Called in the middle of every stage's work, with the stage's name, when resources were taken; may throw.</summary>
    public Action<string>? FaultPoint { get; init; }

    /// <summary>Plans in a thousand that the guard refuses, chosen by stream and frame.</summary>
    public int RefusedPlans { get; init; }

    /// <summary>A bug planted into the stages.</summary>
    public Mutant Mutant { get; init; }

    /// <summary>What a planted bug forgot, so that it can be cleared away when the bug was seen.</summary>
    internal List<IDisposable> Forgotten { get; } = [];

    /// <exception cref="SimulatedCrashException">The frame is poisoned for this stage, or the fault point's own.</exception>
    internal void Reach(string stage, FrameFacts frame)
    {
        FaultPoint?.Invoke(stage);
        if (frame.Navigation is { } text && text.StartsWith(StandInFrames.Poison, StringComparison.Ordinal) && text.AsSpan(StandInFrames.Poison.Length).SequenceEqual(stage))
            throw new SimulatedCrashException(stage, CrashPoint.During);
    }
}
