using FlashDrive.Actors.Credits;

namespace FlashDrive.Actors.Observation;

/// <summary>One handling of a frame's message by a stage; times on the engine's clock.</summary>
/// <param name="Actor">Name of the actor.</param>
/// <param name="Stage">Stable name of the stage (<see cref="Inference.StageNames"/>).</param>
/// <param name="Sent">When the message was sent: until <paramref name="Started"/> it waited.</param>
public readonly record struct StageSpan(FrameTicket Ticket, string Actor, string Stage, TimeSpan Sent, TimeSpan Started, TimeSpan Ended)
{
    public TimeSpan Queued => Started - Sent;

    public TimeSpan Duration => Ended - Started;
}
