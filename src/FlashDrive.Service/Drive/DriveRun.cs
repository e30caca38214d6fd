using FlashDrive.Driving;
using FlashDrive.Driving.Clips;
using FlashDrive.Driving.Motion;
using FlashDrive.Inference;
using FlashDrive.Inference.Flow;
using FlashDrive.Inference.Stages;
using FlashDrive.Service.Cli;
using FlashDrive.Service.Drive.Pipelined;
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
        var pipeline = PipelineChoice.Read(request);
        var ego = request.Ego is { } source ? EgoSource.Parse(source) : null;
        var clip = Clip.Load(request.Clip ?? DemonstrationClip.Ensure(view.Progress, cancel), ego);
        using var players = new ClipPlayers(clip, request.Streams);
        using var output = request.Out is { } folder ? new DriveOutput(folder) : null;
        var model = DrivingModel.Load(request.Model, request.Tokenizer, request.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32);
        var letGo = true;
        try
        {
            if (request.Sequential) return Sequentially(model, clip, players[0], output, cancel);
            (var code, letGo) = OnActors(model, clip, players, pipeline, output, cancel);
            return code;
        }
        finally
        {
            if (letGo) model.Dispose();
        }
    }

    private ExitCode Sequentially(DrivingModel model, Clip clip, ClipPlayer player, DriveOutput? output, CancellationToken cancel)
    {
        torch.set_num_threads(request.Threads ?? Environment.ProcessorCount);
        using var planner = new SequentialPlanner(new(model, Engine(), time));
        var setup = Setup(clip, player);
        view.Begin(setup);
        var report = new DriveReport(view, output);
        var pace = new SystemPace(time);
        var finished = new DriveLoop(planner, request.Rate, pace).Run(player.Bundles(), report.Add, report.Add, cancel);
        if (player.Counts.EndedEarly is { } why) view.Say(why);
        return End(new(setup, report.Total, pace.Now, Interrupted: !finished), output);
    }

    private (ExitCode Code, bool LetGo) OnActors(
        DrivingModel model, Clip clip, ClipPlayers players, (string, Pipelines.PipelineSettings) read, DriveOutput? output, CancellationToken cancel)
    {
        var pipeline = PipelineChoice.Make(request, read, model, Engine(), players.First, time, cancel);
        var setup = Setup(clip, players[0]) with
        {
            IsPipelined = true,
            Streams = request.Streams,
            Ways = pipeline.Lines(),
            SerialLatency = pipeline.SerialLatency,
            Limits = request.Rate.IsRealTime ? pipeline.Options.Limits : null,
        };
        view.Begin(setup);
        var report = new DriveReport(view, output);
        var streams = Enumerable.Range(0, request.Streams)
            .Select(i => new DriveStream(DriveStream.NameOf(i), unchecked(request.Seed + (ulong)i), players.Bundles(i).Select(bundle => (bundle, (Inference.Admission.FrameFate?)null))))
            .ToList();
        var end = new PipelinedDrive(report, view, time, []).Run(model, pipeline.Options, streams, request.Rate, ended: null, cancel);
        if (players[0].Counts.EndedEarly is { } why) view.Say(why);
        if (!end.LetGo) view.Say("a stage did not let go of its frame in time: the process ends without it");
        var code = End(new(setup, report.Total, end.Elapsed, end.Interrupted) { Accounts = end.Counts, Streams = report.Streams }, output);
        return (code, end.LetGo);
    }

    private ExitCode End(DriveSummary summary, DriveOutput? output)
    {
        output?.Complete(summary);
        view.End(summary);
        return summary.Interrupted ? ExitCode.Interrupted : ExitCode.Ok;
    }

    private EngineOptions Engine() => new(
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
