using FlashDrive.Actors.Credits;
using FlashDrive.Actors.Observation;
using FlashDrive.Actors.Streams;

namespace FlashDrive.Simulation;

/// <summary>Lets an observer for one thread see an engine of several, one event at a time.</summary>
public sealed class LockedObserver(IEngineObserver observer) : IEngineObserver
{
    private readonly Lock _lock = new();

    public void FrameOffered(FrameTicket ticket)
    {
        lock (_lock) observer.FrameOffered(ticket);
    }

    public void StageDone(in StageSpan span)
    {
        lock (_lock) observer.StageDone(span);
    }

    public void FrameEnded(FrameTicket ticket, FrameEnd end)
    {
        lock (_lock) observer.FrameEnded(ticket, end);
    }

    public void Published(PublishedPlan plan)
    {
        lock (_lock) observer.Published(plan);
    }

    public void ActorFailed(string actor, FrameTicket? ticket, Exception cause)
    {
        lock (_lock) observer.ActorFailed(actor, ticket, cause);
    }

    public void HealthChanged(StreamLane? stream, EngineHealth health, string reason)
    {
        lock (_lock) observer.HealthChanged(stream, health, reason);
    }

    public void EndedTwice(FrameTicket ticket, FrameEnd end)
    {
        lock (_lock) observer.EndedTwice(ticket, end);
    }
}
