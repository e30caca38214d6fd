using FlashDrive.Actors;
using FlashDrive.Actors.Observation;
using FlashDrive.Actors.Streams;
using FlashDrive.Inference;
using FlashDrive.Inference.Stages;
using FlashDrive.Runtime;
using FlashDrive.Runtime.Stalls;

namespace FlashDrive.Service.Drive.Pipelined;

/// <summary>
/// Drives streams on the actors: a producer per stream offers its frames, the engine's observer collects how they end, and the
/// calling thread reports them, in order, until all have ended or the drive is cancelled.
/// </summary>
/// <param name="observers">See the engine beside the report: the trace, the admission log.</param>
internal sealed class PipelinedDrive(DriveReport report, IDriveView view, TimeProvider time, IReadOnlyList<IEngineObserver> observers)
{
    private static readonly TimeSpan RedrawPeriod = TimeSpan.FromMilliseconds(100);

    // Together they leave room for the summary within the two seconds that an interrupted drive may take.
    private static readonly TimeSpan ProducerBound = TimeSpan.FromMilliseconds(400), EngineBound = TimeSpan.FromSeconds(1), ReportBound = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Every stage has let go of its frame. One that has not still reads the weights: they must stay, and its thread ends with the process.
    /// </summary>
    public bool HasLetGo { get; private set; } = true;

    /// <summary>Runs until every frame has ended or the drive was cancelled; what ended before is reported either way.</summary>
    /// <param name="ended">Sees every end before it is reported.</param>
    public PipelinedEnd Run(
        DrivingModel model, PipelineOptions options, IReadOnlyList<DriveStream> streams, DriveRate rate, Action<EndedFrame>? ended, CancellationToken cancel)
    {
        var observer = new DriveObserver(streams.Count);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var timeline = new StageTimeline(streams.Count);
        using var instruments = new EngineInstruments();
        var engine = new DrivingEngine(
            new EmbeddedHost(time), EngineStages.Of(model, options.Engine, options.Sessions), options,
            new ObserverGroup([timeline, instruments, .. observers, observer]));
        instruments.Attach(engine);
        using var watch = new StallWatch(time, instruments.Stalled);
        var producers = new List<StreamProducer>();
        try
        {
            var pace = new SystemPace(time);
            producers.AddRange(streams.Select((stream, i) => new StreamProducer(
                engine.Open(new(stream.Name, stream.Seed)), stream.Frames, rate, pace, token => observer.TakePlace(i, token), stop.Token, _ => observer.News.Set())));
            Watch(engine, observer, producers, timeline, ended, cancel);
            var failure = producers.Select(producer => producer.Failure).FirstOrDefault(failure => failure is not null);
            if (failure is not null || cancel.IsCancellationRequested)
            {
                HasLetGo = End(engine, producers, stop);
            }
            ReportRest(observer, ended);
            if (failure is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
            return new(producers.Any(producer => producer.WasCancelled) || cancel.IsCancellationRequested, pace.Now,
                [.. engine.Streams.OrderBy(lane => lane.Index).Select(lane => (lane.Name, lane.Counts))]);
        }
        finally
        {
            HasLetGo = HasLetGo && End(engine, producers, stop);
            if (HasLetGo)
            {
                engine.Dispose();
                observer.Dispose();
            }
        }
    }

    private static bool End(DrivingEngine engine, List<StreamProducer> producers, CancellationTokenSource stop)
    {
        stop.Cancel();
        return producers.TrueForAll(producer => producer.Join(ProducerBound)) & engine.Shutdown(EngineBound);
    }

    private void Watch(
        DrivingEngine engine, DriveObserver observer, List<StreamProducer> producers, StageTimeline timeline, Action<EndedFrame>? ended, CancellationToken cancel)
    {
        var drawn = time.GetTimestamp();
        WaitHandle[] handles = [observer.News, cancel.WaitHandle];
        while (!cancel.IsCancellationRequested && producers.All(producer => producer.Failure is null))
        {
            // Before the look at the frames: what is offered after it cannot be missed.
            var offered = producers.All(producer => producer.HasEnded);
            Report(observer, ended);
            if (view.IsLive && time.GetElapsedTime(drawn) >= RedrawPeriod)
            {
                view.Refresh(Snapshot(engine, timeline));
                drawn = time.GetTimestamp();
            }
            if (offered && observer.IsEmpty) break;
            WaitHandle.WaitAny(handles, RedrawPeriod);
        }
        if (view.IsLive) view.Refresh(Snapshot(engine, timeline));
    }

    /// <summary>A frame counts as ended a moment before the observer is told.</summary>
    private void ReportRest(DriveObserver observer, Action<EndedFrame>? ended)
    {
        var begun = time.GetTimestamp();
        Report(observer, ended);
        while (!observer.IsEmpty && time.GetElapsedTime(begun) < ReportBound)
        {
            observer.News.WaitOne(ReportBound);
            Report(observer, ended);
        }
    }

    private void Report(DriveObserver observer, Action<EndedFrame>? ended)
    {
        foreach (var frame in observer.Take())
        {
            foreach (var refused in frame.Bundle?.Refused ?? []) report.Add(refused);
            ended?.Invoke(frame);
            report.Add(frame.ToRecord(), frame.Bundle);
        }
    }

    private DriveSnapshot Snapshot(DrivingEngine engine, StageTimeline timeline) => new(
        engine.Now, report.LastOf(DriveStream.NameOf(0)), report.Total,
        [.. engine.Streams.OrderBy(lane => lane.Index).Select(lane => new StreamSnapshot(lane.Name, lane.Counts, report.LastOf(lane.Name), lane.Health))],
        timeline.Since(engine.Now - DriveSnapshot.TimelineLength), Credits(engine), engine.Health);

    private static List<CreditUse> Credits(DrivingEngine engine)
    {
        var credits = new List<CreditUse> { new("encoder", engine.EncoderSlots.InUse, engine.EncoderSlots.Total) };
        AddSum("encode", lane => lane.EncodeCredits);
        AddSum("session", lane => lane.SessionCredits);
        return credits;

        void AddSum(string name, Func<StreamLane, Actors.Credits.CreditPool> pool) =>
            credits.Add(new(name, engine.Streams.Sum(lane => pool(lane).InUse), engine.Streams.Sum(lane => pool(lane).Total)));
    }
}

/// <summary>How a drive on the actors ended.</summary>
/// <param name="Counts">The engine's own accounts, by stream.</param>
internal sealed record PipelinedEnd(bool Interrupted, TimeSpan Elapsed, IReadOnlyList<(string Name, StreamCounts Counts)> Counts);
