namespace FlashDrive.Actors.Credits;

/// <summary>
/// Tells an actor to look again, at most once until it has looked: however often it is rung, one place in the mailbox is enough.
/// </summary>
/// <param name="send">Sends the message.</param>
internal sealed class Wakeup(Action send)
{
    private int _pending;

    // Changes in the actor's own turns only.
    private bool _looking;

    internal void Ring()
    {
        if (Interlocked.Exchange(ref _pending, 1) == 0) send();
    }

    /// <summary>To be called first when the message is handled, so that what changes afterwards rings again.</summary>
    internal void Taken()
    {
        _looking = true;
        Volatile.Write(ref _pending, 0);
    }

    /// <summary>To be called last.</summary>
    internal void Looked() => _looking = false;

    /// <summary>
    /// The actor threw over the message, and what it was to look at may still wait. When it had begun to look, whatever rang since has
    /// sent the next message already: a second one would find no place.
    /// </summary>
    internal void Lost()
    {
        if (!_looking) Volatile.Write(ref _pending, 0);
        _looking = false;
        Ring();
    }
}
