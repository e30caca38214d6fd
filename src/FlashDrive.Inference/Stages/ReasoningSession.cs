using FlashDrive.Inference.Kv;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Stages;

/// <summary>
/// One thought over one window: the lease on the window's blocks, the view it is read through, the scratch it is written to, and the
/// tokens so far. One session is one frame (or one sample of it); it has one owner at a time, who disposes it.
/// </summary>
public sealed class ReasoningSession : IDisposable
{
    private readonly List<int> _tokens = new(64);
    private bool _disposed;

    /// <param name="lastHidden">[1, hidden]: the window's last position after the final norm.</param>
    internal ReasoningSession(KvLease lease, WindowView view, Tensor lastHidden)
    {
        (Lease, View, LastHidden) = (lease, view, lastHidden.DetachFromDisposeScope());
        Scratch = new(view, lease.Table.Length);
    }

    public KvLease Lease { get; }

    public WindowView View { get; }

    public Scratch Scratch { get; }

    /// <summary>[1, hidden] after the final norm: what the first generated token is scored from.</summary>
    public Tensor LastHidden { get; }

    /// <summary>Generated tokens, in order.</summary>
    public IReadOnlyList<int> Tokens => _tokens;

    /// <summary>Generated tokens whose keys and values are not in the scratch yet.</summary>
    public int Unwritten => _tokens.Count - Scratch.Tokens;

    /// <summary>Rotary position of a token in that slot, on every axis.</summary>
    public int PositionOf(int slot) => slot + Lease.Table.RopeDelta;

    public void Append(int token) => _tokens.Add(token);

    /// <summary>Forgets the thought, so that another one may be drawn over the same window.</summary>
    public void Restart()
    {
        _tokens.Clear();
        Scratch.Truncate(0);
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        LastHidden.Dispose();
        View.Dispose();
        Lease.Dispose();
    }
}
