using FlashDrive.Actors.Credits;
using FlashDrive.Actors.Streams;

namespace FlashDrive.Actors.Observation;

/// <summary>Passes what happens on to several observers, in order.</summary>
public sealed class ObserverGroup(params IReadOnlyList<IEngineObserver> observers) : IEngineObserver
{
    // Indexed loops: an enumerator of an interface would be made for every event.
    public void FrameOffered(FrameTicket ticket)
    {
        for (var i = 0; i < observers.Count; i++) observers[i].FrameOffered(ticket);
    }

    public void StageDone(in StageSpan span)
    {
        for (var i = 0; i < observers.Count; i++) observers[i].StageDone(span);
    }

    public void FrameEnded(FrameTicket ticket, FrameEnd end)
    {
        for (var i = 0; i < observers.Count; i++) observers[i].FrameEnded(ticket, end);
    }

    public void Published(PublishedPlan plan)
    {
        for (var i = 0; i < observers.Count; i++) observers[i].Published(plan);
    }

    public void ActorFailed(string actor, FrameTicket? ticket, Exception cause)
    {
        for (var i = 0; i < observers.Count; i++) observers[i].ActorFailed(actor, ticket, cause);
    }

    public void HealthChanged(StreamLane? stream, EngineHealth health, string reason)
    {
        for (var i = 0; i < observers.Count; i++) observers[i].HealthChanged(stream, health, reason);
    }

    public void EndedTwice(FrameTicket ticket, FrameEnd end)
    {
        for (var i = 0; i < observers.Count; i++) observers[i].EndedTwice(ticket, end);
    }
}
