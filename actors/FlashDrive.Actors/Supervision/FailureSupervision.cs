using FlashDrive.Actors.Credits;
using FlashDrive.Actors.Observation;
using FlashDrive.Actors.Streams;
using FlashDrive.Inference;
using FlashDrive.Runtime;

namespace FlashDrive.Actors.Supervision;

/// <summary>
/// Between the actors that fail and the supervisor that judges: ends the frame in hand in the failing actor's own turn, keeps the
/// report for the supervisor, and carries out its verdicts.
/// </summary>
internal sealed class FailureSupervision(Pipeline pipeline)
{
    // Reports are taken up at once; a burst beyond this is judged by its newest.
    private const int MaxReports = 256;

    private readonly Lock _lock = new();
    private readonly Queue<(StreamLane? Lane, TimeSpan At)> _reports = new();
    private readonly FailureBudget _budget = new();
    private TimeSpan _lastRestart;
    private int _restarts;

    internal Wakeup Wakeup { get; } = new(() => pipeline.Supervisor.Tell(default));

    internal int PipelineRestarts => Volatile.Read(ref _restarts);

    /// <summary>The runtime's call about every throw of an actor, in its turn.</summary>
    internal void Failed(ActorFailure failure)
    {
        WakeupOf(failure.Message)?.Lost();
        // Before the frame ends: its session credit promises the next prefill that its blocks and view are back.
        (failure.Message as IDisposable)?.Dispose();
        var ticket = failure.Cause is StageFailureException { Ticket: var ended } ? ended : TicketOf(failure.Message);
        var cause = failure.Cause is StageFailureException { InnerException: { } inner } ? inner : failure.Cause;
        if (ticket is { End: null }) pipeline.Ledger.End(ticket, FrameEnd.Failed(ticket.Stage, FailureReasons.Of(cause), cause.Message));
        pipeline.Observer.ActorFailed(failure.Actor, ticket, cause);
        // A failure that a log repeats was judged when it was recorded.
        if (cause is Inference.Admission.RecordedFailureException) return;
        lock (_lock)
        {
            if (_reports.Count == MaxReports) _reports.Dequeue();
            _reports.Enqueue((ticket?.Lane, pipeline.Now));
        }
        Wakeup.Ring();
    }

    /// <summary>By the supervisor: charges what was reported.</summary>
    internal void Judge()
    {
        while (Next() is { } report)
        {
            var lane = report.Lane;
            FailureVerdict verdict;
            lock (_lock) verdict = _budget.Charge(lane?.Index ?? -1, pipeline.Lanes.Count, report.At);
            if (verdict == FailureVerdict.RestartPipeline) RestartPipeline();
            else if (verdict == FailureVerdict.DegradeStream) Degrade(lane!);
        }
    }

    /// <summary>A plan left: the stream is well again once its failures have left the window.</summary>
    internal void Published(StreamLane lane)
    {
        if (lane.Health == EngineHealth.Healthy && pipeline.Health == EngineHealth.Healthy) return;
        int failures;
        lock (_lock) failures = _budget.CountOf(lane.Index, pipeline.Now);
        if (failures >= FailureBudget.Budget) return;
        pipeline.ChangeHealth(lane, EngineHealth.Healthy, "plan");
        if (pipeline.Now - _lastRestart > FailureBudget.Window) pipeline.ChangeHealth(EngineHealth.Healthy, "plan");
    }

    private (StreamLane? Lane, TimeSpan At)? Next()
    {
        lock (_lock) return _reports.TryDequeue(out var report) ? report : null;
    }

    private void Degrade(StreamLane lane)
    {
        int failures;
        lock (_lock) failures = _budget.CountOf(lane.Index, pipeline.Now);
        pipeline.ChangeHealth(lane, EngineHealth.Degraded, "failures");
        Volatile.Write(ref lane.PendingReset, "failures");
        var wait = FailureBudget.Backoff(failures - FailureBudget.Budget);
        Volatile.Write(ref lane.AdmitFrom, (pipeline.Now + wait).Ticks);
        lane.WakeAfter(pipeline.Clock, wait, pipeline.Ledger.Ingest);
    }

    /// <summary>
    /// Cold restart: every frame in flight ends where it is met next, every window begins anew. Weights, pools and threads stay: they
    /// hold no state of a frame.
    /// </summary>
    private void RestartPipeline()
    {
        if (Interlocked.Increment(ref _restarts) > 1) pipeline.ChangeHealth(EngineHealth.Degraded, "pipeline_restarts");
        _lastRestart = pipeline.Now;
        foreach (var lane in pipeline.Lanes)
        {
            Volatile.Write(ref lane.PendingReset, "restart");
            lane.DoomAll(static ticket => FrameEnd.Failed(ticket.Stage, "restart", "the pipeline was restarted"));
        }
        pipeline.Ledger.RingAll();
    }

    private Wakeup? WakeupOf(object? message) => message switch
    {
        LookAtInlets => pipeline.Ledger.Ingest,
        PrefillMessage { Encoded: null } => pipeline.Ledger.Prefill,
        PublisherMessage { Accepted: null } => pipeline.Ledger.Publisher,
        SupervisorMessage { StoppedActor: null } => Wakeup,
        _ => null,
    };

    private static FrameTicket? TicketOf(object? message) => message switch
    {
        IFrameMessage frame => frame.Ticket,
        PrefillMessage { Encoded: { } encoded } => encoded.Ticket,
        PublisherMessage { Accepted: { } accepted } => accepted.Ticket,
        _ => null,
    };
}
