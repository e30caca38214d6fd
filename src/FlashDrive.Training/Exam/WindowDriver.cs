using FlashDrive.Inference;
using FlashDrive.Inference.Flow;
using FlashDrive.Inference.Stages;
using FlashDrive.Training.Samples;
using FlashDrive.World;

namespace FlashDrive.Training.Exam;

/// <summary>How the pictures of a window reach the model.</summary>
public enum Pictures
{
    /// <summary>As rendered, at the size of a clip.</summary>
    Rendered,

    /// <summary>Every pixel mid grey: what can still be guessed does not come from looking.</summary>
    Grey,
}

/// <summary>Drives single windows through the engine's own stages. Not thread-safe: one per thread.</summary>
public sealed class WindowDriver : IDisposable
{
    private readonly SequentialRollout _rollout;

    /// <param name="samples">Trajectories per thought.</param>
    /// <param name="seed">Of the flow's noise; the best token is taken in every thought.</param>
    public WindowDriver(DrivingModel model, int samples, ulong seed) =>
        _rollout = new(model, new EngineOptions(new ReasoningOptions(Temperature: 0, TopP: 1, Budget: 48), new FlowOptions(samples), DrivingWindow.Frames, Seed: seed));

    /// <param name="frame">Names the noise: equal numbers draw equal noise, as a window and its counterfactual should.</param>
    public Plan Drive(DrivingWindow window, Pictures pictures, long frame)
    {
        var result = _rollout.Drive(WindowTicks.Of(window, frame, pictures == Pictures.Grey));
        return result.Plan ?? throw new InvalidOperationException($"window {window.Seed} ended {result.Outcome} in {result.Stage}: {result.Reason}");
    }

    public void Dispose() => _rollout.Dispose();
}
