using FlashDrive.Driving;
using FlashDrive.Driving.Clips;
using FlashDrive.Driving.Motion;
using FlashDrive.Inference;
using FlashDrive.Inference.Flow;
using FlashDrive.Inference.Stages;
using FlashDrive.Service.Cli;
using FlashDrive.Torch;

namespace FlashDrive.Service.Drive;

/// <summary>One drive from the request to the summary. Inputs are opened, cheapest first, before anything is computed.</summary>
public sealed class DriveRun(DriveRequest request, IDriveView view, TimeProvider time)
{
    /// <exception cref="FlashDriveException">A named file or folder is not there.</exception>
    /// <exception cref="ClipException">The clip or the poses are bad.</exception>
    public ExitCode Run(CancellationToken cancel)
    {
        ModelOptions.RequireCheckpoint(request.Model);
        if (request.Tokenizer is { } tokenizer && !Directory.Exists(tokenizer))
            throw new FlashDriveException(ExitCode.MissingInput, $"no tokenizer folder '{tokenizer}': it must hold tokenizer.json, or vocab.json and merges.txt");
        var ego = request.Ego is { } source ? EgoSource.Parse(source) : null;
        var clip = Clip.Load(request.Clip ?? DemonstrationClip.Ensure(view.Progress, cancel), ego);
        using var player = new ClipPlayer(clip);
        using var output = request.Out is { } folder ? new DriveOutput(folder) : null;

        torch.set_num_threads(request.Threads);
        using var model = DrivingModel.Load(request.Model, request.Tokenizer, request.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32);
        using var planner = new SequentialPlanner(new(model, Options(), time));
        var setup = Setup(clip, player);
        view.Begin(setup);
        return Drive(player, planner, setup, output, cancel);
    }

    private ExitCode Drive(ClipPlayer player, SequentialPlanner planner, DriveSetup setup, DriveOutput? output, CancellationToken cancel)
    {
        var statistics = new DriveStatistics();
        var pace = new SystemPace(time);
        var finished = new DriveLoop(planner, request.Rate, pace).Run(player.Bundles(), Refused, Planned, cancel);
        if (player.Counts.EndedEarly is { } why) view.Say(why);
        var summary = new DriveSummary(setup, statistics, pace.Now, Interrupted: !finished);
        output?.Complete(summary);
        view.End(summary);
        return finished ? ExitCode.Ok : ExitCode.Interrupted;

        void Refused(RefusedFrame frame)
        {
            statistics.Add(frame);
            view.Show(frame);
        }

        void Planned(PlanRecord record, FrameBundle bundle)
        {
            statistics.Add(record);
            output?.Add(record, bundle);
            view.Show(record, statistics);
        }
    }

    private EngineOptions Options() => new(
        new ReasoningOptions(request.Temperature, request.TopP, request.Budget), new FlowOptions(request.Samples), Seed: request.Seed, Route: request.Navigation);

    private DriveSetup Setup(Clip clip, ClipPlayer player) =>
        new(request.Model, clip.Path, request.Rate.ToString(), request.Seed, request.Samples, request.Temperature, request.TopP)
        {
            Navigation = request.Navigation,
            Ego = request.Ego,
            Cameras = [.. clip.Cameras.Select(camera => CameraCatalog.DisplayName(camera.Index))],
            Frames = (int)Math.Min(player.TickCount, int.MaxValue),
        };
}
