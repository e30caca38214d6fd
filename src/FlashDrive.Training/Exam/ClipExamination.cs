using FlashDrive.Driving.Metrics;
using FlashDrive.Inference;
using FlashDrive.Inference.Flow;
using FlashDrive.Inference.Stages;
using FlashDrive.Torch;
using FlashDrive.Training.Rollouts;
using FlashDrive.Training.Samples;
using FlashDrive.Training.Streaming;
using FlashDrive.World;

namespace FlashDrive.Training.Exam;

/// <summary>Errors of one window's plans against the path the expert drove, metres.</summary>
/// <param name="Full">The window prefilled whole.</param>
/// <param name="FullTuned">The same window and thought with the tuned expert: what tuning does without any stream.</param>
/// <param name="Untuned">The stream's window and thought, with the expert that was trained on whole windows.</param>
/// <param name="Tuned">The same window and thought with the tuned expert.</param>
public sealed record ClipWindow(int Window, PlanError Full, PlanError FullTuned, PlanError Untuned, PlanError Tuned, string FullThought, string StreamedThought);

/// <param name="Ade">Of the first sample.</param>
/// <param name="MinAde">Smallest of all samples.</param>
public readonly record struct PlanError(double Ade, double MinAde);

/// <summary>One clip's windows.</summary>
public sealed record ClipOutcome(ulong Seed, IReadOnlyList<ClipWindow> Windows);

/// <summary>
/// Drives held-out clips through the engine's own stages: as a stream, one new frame per window, and window by window from nothing.
/// All plans of a window share their noise.
/// </summary>
public static class ClipExamination
{
    private const int LongestThought = 48;

    private static readonly EngineOptions Whole =
        new(new ReasoningOptions(Budget: LongestThought), new FlowOptions(), DrivingWindow.Frames);

    /// <param name="tuned">The streaming checkpoint derived from <paramref name="model"/>.</param>
    /// <param name="progress">Told the part done, 0..1.</param>
    public static ClipExamReport Run(
        DrivingModel model, DrivingModel tuned, ClipExamOptions options, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        var outcomes = new ClipOutcome[options.Clips];
        ExamThreads.Run(
            "the clip exam", options.Clips, options.Threads, () => new RolloutPair(new(model, Whole), new(model, StreamingTraining.Engine)),
            (ways, i) => outcomes[i] = Drive(model, tuned, ways.First, ways.Second, options, options.Clip(i), cancellation), progress, cancellation);
        return new(options, outcomes);
    }

    private static ClipOutcome Drive(
        DrivingModel model, DrivingModel tuned, StageRollout whole, StageRollout stream, ClipExamOptions options, WorldClip clip, CancellationToken cancellation)
    {
        var windows = new List<ClipWindow>();
        stream.Begin();
        for (var tick = 0; tick < clip.TickCount; tick++)
        {
            cancellation.ThrowIfCancellationRequested();
            var bundle = clip.Tick(tick);
            stream.Encode(bundle);
            if (stream.Prefill() is not { } window) continue;
            var index = tick - (clip.TickCount - clip.Windows);
            if (!options.IsPlanned(index))
            {
                window.Dispose();
                continue;
            }
            using var scope = torch.NewDisposeScope();
            using var streamed = stream.Think(window, options.NoiseSeed ^ clip.Seed);
            using var full = whole.Think(whole.Whole(clip.Window(index)), options.NoiseSeed ^ clip.Seed);
            windows.Add(new(
                index, Error(model, model, full, bundle, options), Error(model, tuned, full, bundle, options),
                Error(model, model, streamed, bundle, options), Error(model, tuned, streamed, bundle, options),
                Text(model, full), Text(model, streamed)));
        }
        return new(clip.Seed, windows);
    }

    private static PlanError Error(DrivingModel model, DrivingModel expert, FrameSession session, Driving.FrameBundle bundle, ClipExamOptions options)
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var c = model.Configuration;
        var flow = new FlowHeadStage(expert.Network.Expert, c.ActionSpace.Waypoints, c.Flow.Steps);
        using var actions = flow.Denoise(session.Session, flow.Noise(session.FlowRandom, 0, options.Samples), new FlowOptions(options.Samples));
        var values = actions.data<float>();
        var perSample = values.Length / options.Samples;
        var paths = new Driving.Trajectory[options.Samples];
        for (var i = 0; i < paths.Length; i++) paths[i] = model.Actions.ToTrajectory(values.Slice(i * perSample, perSample), bundle.History);
        return new(DisplacementErrors.Average(paths[0], bundle.Future!), DisplacementErrors.MinimumAverage(paths, bundle.Future!));
    }

    private static string Text(DrivingModel model, FrameSession session) =>
        model.Vocabulary.Tokenizer.Decode([.. session.Session.Tokens.TakeWhile(t => t != model.Vocabulary.CotEnd)]).Trim();
}
