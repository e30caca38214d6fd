namespace FlashDrive.Runtime.Lifecycle;

/// <summary>Who wants to know that an actor has stopped. Safe from any thread.</summary>
internal sealed class Watchers
{
    private readonly Lock _lock = new();
    private List<Action>? _sends = [];

    public bool AreTold
    {
        get
        {
            lock (_lock) return _sends is null;
        }
    }

    /// <summary>Keeps <paramref name="send"/> for the end; calls it at once when the end has been told.</summary>
    public void Add(Action send)
    {
        lock (_lock)
        {
            if (_sends is not null)
            {
                _sends.Add(send);
                return;
            }
        }
        send();
    }

    /// <summary>Sends every notice once. A watcher without room is a bug in its credits: it is reported and keeps nobody else from its notice.</summary>
    public void TellAll(Action<Exception> report)
    {
        List<Action> sends;
        lock (_lock)
        {
            sends = _sends ?? [];
            _sends = null;
        }
        foreach (var send in sends)
        {
            try
            {
                send();
            }
            catch (MailboxFullException full)
            {
                report(full);
            }
        }
    }
}
