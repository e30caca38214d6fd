using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Speculation;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Stages;

/// <summary>
/// One thought over one window: the lease on the window's blocks, the view it is read through, the scratch it is written to, and the
/// tokens so far. One session is one frame (or one sample of it); it has one owner at a time, who disposes it.
/// </summary>
public sealed class ReasoningSession : IDisposable
{
    private readonly List<int> _tokens = new(64);
    private readonly List<string> _sources = new(64);
    private readonly Tensor? _windowContext;
    private Tensor? _drafted;
    private bool _disposed;

    /// <param name="lastHidden">[1, hidden]: the window's last position after the final norm.</param>
    /// <param name="context">[rows, features] of the window's last positions, for a drafter; ownership passes to this object.</param>
    internal ReasoningSession(KvLease lease, WindowView view, Tensor lastHidden, Tensor? context = null)
    {
        (Lease, View, LastHidden) = (lease, view, lastHidden.DetachFromDisposeScope());
        Scratch = new(view, lease.Table.Length);
        Context = _windowContext = context?.DetachFromDisposeScope();
    }

    public KvLease Lease { get; }

    public WindowView View { get; }

    public Scratch Scratch { get; }

    /// <summary>[1, hidden] after the final norm: what the first generated token is scored from.</summary>
    public Tensor LastHidden { get; }

    /// <summary>Generated tokens, in order.</summary>
    public IReadOnlyList<int> Tokens => _tokens;

    /// <summary>Where each token came from (<see cref="TokenSources"/> or a drafter's name).</summary>
    public IReadOnlyList<string> Sources => _sources;

    /// <summary>How the thought ended.</summary>
    public ThoughtEnding Ending { get; internal set; }

    /// <summary>
    /// Feature rows of the last tokens before the last one, oldest first, as many as the window brought; null when nothing is drafted. Those of the last
    /// token are not known before it is written.
    /// </summary>
    public Tensor? Context { get; private set; }

    /// <summary>int64, where a drafter leaves its proposals until the next round (<see cref="DraftBlock"/>).</summary>
    internal Tensor Drafted => _drafted ??= torch.zeros([DraftingOptions.LongestDraft], ScalarType.Int64).DetachFromDisposeScope();

    /// <summary>Generated tokens whose keys and values are not in the scratch yet.</summary>
    public int Unwritten => _tokens.Count - Scratch.Tokens;

    /// <summary>Rotary position of a token in that slot, on every axis.</summary>
    public int PositionOf(int slot) => slot + Lease.Table.RopeDelta;

    public void Append(int token, string source = TokenSources.Target)
    {
        _tokens.Add(token);
        _sources.Add(source);
    }

    /// <summary>Forgets the thought, so that another one may be drawn over the same window.</summary>
    public void Restart()
    {
        Cut(0);
        Ending = ThoughtEnding.None;
        Replace(_windowContext);
    }

    /// <summary>Forgets tokens from the end, and what was written of them.</summary>
    internal void Cut(int count)
    {
        if (Scratch.Tokens > count) Scratch.Truncate(count);
        _tokens.RemoveRange(count, _tokens.Count - count);
        _sources.RemoveRange(count, _sources.Count - count);
    }

    /// <summary>Keeps of the scratch what holds the thought: the first <paramref name="known"/> tokens and the proposals that the thought repeats.</summary>
    internal void KeepWritten(int known, IReadOnlyList<int> draft)
    {
        var kept = known;
        while (kept - known < draft.Count && kept < _tokens.Count && _tokens[kept] == draft[kept - known]) kept++;
        if (Scratch.Tokens > kept) Scratch.Truncate(kept);
    }

    /// <summary>Moves the drafter's context on.</summary>
    /// <param name="features">[rows, features] of what was written last, or null.</param>
    /// <param name="count">Leading rows that belong to the thought.</param>
    internal void Advance(Tensor? features, int count)
    {
        if (Context is not { } context || features is null) return;
        using var scope = torch.NewDisposeScope();
        var rows = context.size(0);
        Replace(torch.cat([context, features.narrow(0, 0, count)]).narrow(0, count, rows).contiguous().DetachFromDisposeScope());
    }

    private void Replace(Tensor? context)
    {
        if (!ReferenceEquals(Context, _windowContext)) Context?.Dispose();
        Context = context;
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        LastHidden.Dispose();
        Replace(null);
        _windowContext?.Dispose();
        _drafted?.Dispose();
        View.Dispose();
        Lease.Dispose();
    }
}
