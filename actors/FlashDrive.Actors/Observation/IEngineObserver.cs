using FlashDrive.Actors.Credits;
using FlashDrive.Actors.Streams;

namespace FlashDrive.Actors.Observation;

/// <summary>
/// Sees what happens in an engine, from whichever thread it happens on. An observer must be thread-safe and quick and must not throw:
/// it runs in the actors' own turns.
/// </summary>
public interface IEngineObserver
{
    /// <summary>A frame was put into an inlet.</summary>
    void FrameOffered(FrameTicket ticket)
    {
    }

    /// <summary>A stage handled a frame's message.</summary>
    void StageDone(in StageSpan span)
    {
    }

    /// <summary>A frame ended.</summary>
    void FrameEnded(FrameTicket ticket, FrameEnd end)
    {
    }

    /// <summary>A plan or a fallback left the engine.</summary>
    void Published(PublishedPlan plan)
    {
    }

    /// <summary>An actor threw and was restarted.</summary>
    /// <param name="ticket">The frame it had in hand, or null.</param>
    void ActorFailed(string actor, FrameTicket? ticket, Exception cause)
    {
    }

    /// <summary>The health of a stream or, with none named, of the engine changed.</summary>
    void HealthChanged(StreamLane? stream, EngineHealth health, string reason)
    {
    }

    /// <summary>Somebody ended a frame that had ended: a bug.</summary>
    void EndedTwice(FrameTicket ticket, FrameEnd end) =>
        throw new InvalidOperationException($"frame {ticket.FrameId} of {ticket.Lane.Name} ended as {ticket.End} and then as {end}");
}
