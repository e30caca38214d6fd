using System.Collections.Concurrent;
using FlashDrive.Actors.Credits;
using FlashDrive.Actors.Observation;
using FlashDrive.Actors.Streams;

namespace FlashDrive.Actors.Tests;

/// <summary>Keeps every end and every published plan.</summary>
internal sealed class PlanLog : IEngineObserver
{
    internal ConcurrentQueue<(FrameTicket Ticket, FrameEnd End)> Ends { get; } = new();

    internal ConcurrentQueue<PublishedPlan> Plans { get; } = new();

    internal ConcurrentQueue<StageSpan> Spans { get; } = new();

    internal ConcurrentQueue<(string Actor, Exception Cause)> Failures { get; } = new();

    /// <summary>Frames that failures had in hand.</summary>
    internal ConcurrentQueue<long> FailedFrames { get; } = new();

    internal ConcurrentQueue<(StreamLane? Stream, EngineHealth Health, string Reason)> Health { get; } = new();

    public void StageDone(in StageSpan span) => Spans.Enqueue(span);

    public void FrameEnded(FrameTicket ticket, FrameEnd end) => Ends.Enqueue((ticket, end));

    public void Published(PublishedPlan plan) => Plans.Enqueue(plan);

    public void ActorFailed(string actor, FrameTicket? ticket, Exception cause)
    {
        Failures.Enqueue((actor, cause));
        if (ticket is not null) FailedFrames.Enqueue(ticket.FrameId);
    }

    public void HealthChanged(StreamLane? stream, EngineHealth health, string reason) => Health.Enqueue((stream, health, reason));
}
