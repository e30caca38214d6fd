using FlashDrive.Actors.Credits;

namespace FlashDrive.Actors.Streams;

/// <summary>
/// Where a stream's frames wait to be admitted: one place, the newest wins. One place, because a second frame would only age behind
/// the first. Thread-safe.
/// </summary>
internal sealed class StreamInlet : IDisposable
{
    private readonly Lock _lock = new();
    private readonly ManualResetEventSlim _room = new(initialState: true);
    private FrameTicket? _waiting;

    internal bool IsEmpty => Volatile.Read(ref _waiting) is null;

    /// <summary>Puts a frame in and hands back the one it displaced.</summary>
    internal FrameTicket? Displace(FrameTicket ticket)
    {
        lock (_lock)
        {
            var displaced = _waiting;
            _waiting = ticket;
            _room.Reset();
            return displaced;
        }
    }

    internal FrameTicket? Take()
    {
        lock (_lock)
        {
            var ticket = _waiting;
            _waiting = null;
            _room.Set();
            return ticket;
        }
    }

    /// <summary>Waits until the place is free: for the one producer of a lossless stream.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled before.</exception>
    internal void WaitForRoom(CancellationToken cancel) => _room.Wait(cancel);

    public void Dispose() => _room.Dispose();
}
