using FlashDrive.Driving;
using FlashDrive.Driving.Clips;
using FlashDrive.Driving.Motion;
using FlashDrive.Inference;
using FlashDrive.Service.Cli;
using FlashDrive.Service.Drive.Pipelined;
using FlashDrive.Service.Drive.Replay;
using FlashDrive.Torch;

namespace FlashDrive.Service.Drive;

/// <summary>One drive from the request to the summary. Inputs are opened, cheapest first, before anything is computed.</summary>
public sealed class DriveRun(DriveRequest asked, IDriveView view, TimeProvider time)
{
    private readonly ReplayScript? _replay = asked.Replay is { } folder ? ReplayScript.Open(folder) : null;
    private DriveRequest _request = asked;
    private (string File, Pipelines.PipelineSettings Settings) _pipeline;
    private bool _hasLetGo = true;

    /// <exception cref="FlashDriveException">A named file or folder is not there.</exception>
    /// <exception cref="ClipException">The clip or the poses are bad.</exception>
    public ExitCode Run(CancellationToken cancel)
    {
        if (_replay is not null) _request = ReplaySettings.Apply(_request, _replay.Log, _replay.Path, _request.ModelIsNamed);
        var request = _request;
        ModelOptions.RequireCheckpoint(request.Model);
        if (request.Tokenizer is { } tokenizer && !Directory.Exists(tokenizer))
            throw new FlashDriveException(ExitCode.MissingInput, $"no tokenizer folder '{tokenizer}': it must hold tokenizer.json, or vocab.json and merges.txt");
        var pipeline = _pipeline = PipelineChoice.Read(request);
        var ego = request.Ego is { } source ? EgoSource.Parse(source) : null;
        var clip = Clip.Load(request.Clip ?? DemonstrationClip.Ensure(view.Progress, cancel), ego);
        using var players = new ClipPlayers(clip, request.Streams);
        using var output = request.Out is { } folder ? new DriveOutput(folder) : null;
        var model = DrivingModel.Load(request.Model, request.Tokenizer, request.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32, request.Drafter);
        try
        {
            if (request.Sequential) return Sequentially(model, clip, players, output, cancel);
            return OnActors(model, clip, players, pipeline, output, cancel);
        }
        finally
        {
            if (_hasLetGo) model.Dispose();
        }
    }

    private ExitCode Sequentially(DrivingModel model, Clip clip, ClipPlayers players, DriveOutput? output, CancellationToken cancel)
    {
        torch.set_num_threads(_request.Threads ?? Environment.ProcessorCount);
        var setup = Setup(clip, players[0]) with { Streams = _request.Streams };
        view.Begin(setup);
        var report = new DriveReport(view, output);
        var pace = new SystemPace(time);
        bool finished;
        if (_replay is not null)
        {
            finished = new SequentialReplay(model, Engine(), report, _replay, pace, time).Run(Streams(players), cancel);
        }
        else
        {
            using var planner = new SequentialPlanner(new(model, Engine(), time));
            finished = new DriveLoop(planner, _request.Rate, pace).Run(players.Bundles(0), report.Add, report.Add, cancel);
        }
        if (players[0].Counts.EndedEarly is { } why) view.Say(why);
        return End(new(setup, report.Total, pace.Now, Interrupted: !finished) { Streams = report.Streams }, output);
    }

    private ExitCode OnActors(
        DrivingModel model, Clip clip, ClipPlayers players, (string, Pipelines.PipelineSettings) read, DriveOutput? output, CancellationToken cancel)
    {
        var pipeline = PipelineChoice.Make(_request, read, model, Engine(), players.First, time, cancel);
        var setup = Setup(clip, players[0]) with
        {
            IsPipelined = true,
            Streams = _request.Streams,
            Ways = pipeline.Lines(),
            SerialLatency = pipeline.SerialLatency,
            Limits = _request.Rate.IsRealTime ? pipeline.Options.Limits : null,
        };
        view.Begin(setup);
        var report = new DriveReport(view, output);
        var streams = Streams(players);
        using var records = output is null ? null : new EngineRecords(output, ReplaySettings.Header(_request, clip.Path, pipeline.Options, streams), time);
        var drive = new PipelinedDrive(report, view, time, records?.Observers ?? []);
        PipelinedEnd end;
        try
        {
            end = drive.Run(model, pipeline.Options, streams, _request.Rate, Ended, cancel);
        }
        finally
        {
            _hasLetGo = drive.HasLetGo;
        }
        records?.Complete();
        if (players[0].Counts.EndedEarly is { } why) view.Say(why);
        if (!_hasLetGo) view.Say("a stage did not let go of its frame in time: the process ends without it");
        return End(new(setup, report.Total, end.Elapsed, end.Interrupted) { Accounts = end.Counts, Streams = report.Streams }, output);

        void Ended(EndedFrame frame)
        {
            records?.Write();
            if (frame.Ticket is { } ticket) _replay?.Compare(ticket.Lane.Name, ticket.FrameId, frame.End?.Plan);
        }
    }

    private List<DriveStream> Streams(ClipPlayers players) => _replay is { } replay
        ? [.. replay.Log.Header.Streams.Select((stream, i) => new DriveStream(stream.Name, stream.Seed, replay.Frames(stream.Name, players.Bundles(i))))]
        : [.. Enumerable.Range(0, _request.Streams).Select(i =>
            new DriveStream(DriveStream.NameOf(i), unchecked(_request.Seed + (ulong)i), players.Bundles(i).Select(bundle => (bundle, (Inference.Admission.FrameFate?)null))))];

    private ExitCode End(DriveSummary summary, DriveOutput? output)
    {
        if (_replay is not null) summary = summary with { Replay = _replay.Outcome(whole: !summary.Interrupted) };
        output?.Complete(summary);
        view.End(summary);
        return summary.Interrupted ? ExitCode.Interrupted : summary.Replay is { Different: > 0 } ? ExitCode.Exceeded : ExitCode.Ok;
    }

    private EngineOptions Engine() =>
        new EngineOptions(new(_request.Temperature, _request.TopP, _request.Budget), new(_request.Samples), Seed: _request.Seed, Route: _request.Navigation)
            {
                Drafting = new() { CostRatio = _pipeline.Settings.DraftCostRatio },
                Streaming = new(RefreshEvery: _request.RefreshEvery),
            }
            .With(_request.Techniques, _request.AdaptiveFlow ?? _pipeline.Settings.AdaptiveFlow);

    private DriveSetup Setup(Clip clip, ClipPlayer player) =>
        new(_request.Model, clip.Path, _request.Rate.ToString(), _request.Seed, _request.Samples, _request.Temperature, _request.TopP)
        {
            Navigation = _request.Navigation,
            Ego = _request.Ego,
            Cameras = [.. clip.Cameras.Select(camera => CameraCatalog.DisplayName(camera.Index))],
            Frames = (int)Math.Min(player.TickCount, int.MaxValue),
        };
}
