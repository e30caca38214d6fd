using FlashDrive.Driving;
using FlashDrive.Inference;
using FlashDrive.Inference.Flow;
using FlashDrive.Inference.Stages;
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
    private const int Width = 320, Height = 192;
    private const long TickMicroseconds = 100_000;

    private readonly SequentialRollout _rollout;

    /// <param name="samples">Trajectories per thought.</param>
    /// <param name="seed">Of the flow's noise; the best token is taken in every thought.</param>
    public WindowDriver(DrivingModel model, int samples, ulong seed) =>
        _rollout = new(model, new EngineOptions(new ReasoningOptions(Temperature: 0, TopP: 1, Budget: 48), new FlowOptions(samples), DrivingWindow.Frames, Seed: seed));

    /// <param name="frame">Names the noise: equal numbers draw equal noise, as a window and its counterfactual should.</param>
    public Plan Drive(DrivingWindow window, Pictures pictures, long frame)
    {
        var ticks = Enumerable.Range(0, DrivingWindow.Frames).Select(f => Tick(window, f, pictures, frame)).ToList();
        var result = _rollout.Drive(new IngestedWindow(ticks));
        return result.Plan ?? throw new InvalidOperationException($"window {window.Seed} ended {result.Outcome} in {result.Stage}: {result.Reason}");
    }

    public void Dispose() => _rollout.Dispose();

    private static FrameBundle Tick(DrivingWindow window, int frame, Pictures pictures, long frameId)
    {
        var time = (frame + 1) * TickMicroseconds;
        var images = window.CameraIndices.Select(camera =>
        {
            var rgb = new byte[Width * Height * 3];
            if (pictures == Pictures.Grey) Array.Fill(rgb, (byte)128);
            else window.Render(camera, frame, Width, Height, rgb);
            return new CameraFrame(camera, time, Width, Height, rgb);
        });
        // Only the newest tick's history is read; it is the one at t0.
        return new(frameId, time, [.. images], window.History);
    }
}
