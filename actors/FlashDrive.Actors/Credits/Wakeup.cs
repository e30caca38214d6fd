namespace FlashDrive.Actors.Credits;

/// <summary>
/// Tells an actor to look again, at most once until it has looked: however often it is rung, one place in the mailbox is enough.
/// </summary>
/// <param name="send">Sends the message.</param>
internal sealed class Wakeup(Action send)
{
    private int _pending;

    internal void Ring()
    {
        if (Interlocked.Exchange(ref _pending, 1) == 0) send();
    }

    /// <summary>To be called first when the message is handled, so that what changes afterwards rings again.</summary>
    internal void Taken() => Volatile.Write(ref _pending, 0);

    /// <summary>For an actor that begins anew and may have lost the message in a crash; the mailbox has room for that second one.</summary>
    internal void RingAgain()
    {
        Volatile.Write(ref _pending, 1);
        send();
    }
}
