using FlashDrive.Actors.Credits;

namespace FlashDrive.Actors;

/// <summary>A message about one frame. It owns what is in it until it is handled; disposing twice does nothing.</summary>
public interface IFrameMessage : IDisposable
{
    FrameTicket Ticket { get; }
}
