namespace FlashDrive.Inference.Kv;

/// <summary>
/// The handle on a window's blocks that travels through mailboxes. One owner at a time, who disposes it; <see cref="Share"/> makes
/// another handle for another owner. The blocks live as long as any lease on them.
/// </summary>
public sealed class KvLease : IDisposable
{
    private readonly BlockTable _table;
    private int _released;

    /// <summary>Takes over one reference on every block of the table.</summary>
    internal KvLease(BlockTable table) => _table = table;

    /// <exception cref="ObjectDisposedException">The lease was released.</exception>
    public BlockTable Table => _released == 0 ? _table : throw new ObjectDisposedException(nameof(KvLease), "the KV lease was released");

    public KvLease Share()
    {
        Table.Retain();
        return new(_table);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0) _table.Release();
    }
}
