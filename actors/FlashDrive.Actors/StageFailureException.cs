using FlashDrive.Actors.Credits;

namespace FlashDrive.Actors;

/// <summary>A stage threw over a frame that was not the message in hand; the frame has ended already.</summary>
internal sealed class StageFailureException(FrameTicket ticket, Exception cause) : Exception(cause.Message, cause)
{
    internal FrameTicket Ticket { get; } = ticket;
}
