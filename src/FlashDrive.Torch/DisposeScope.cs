using FlashDrive.Torch.Interop;

namespace FlashDrive.Torch;

/// <summary>
/// Owns every tensor made on this thread while it is the innermost scope, and frees those still owned when it is disposed.
/// Name and use follow TorchSharp: <c>using var scope = torch.NewDisposeScope(); … return result.MoveToOuterDisposeScope();</c>
/// A scope belongs to the thread that opened it and closes in reverse order of opening.
/// </summary>
public sealed unsafe class DisposeScope : IDisposable
{
    [ThreadStatic] private static DisposeScope? _current;
    [ThreadStatic] private static Stack<List<Tensor>>? _spareLists;

    private readonly DisposeScope? _outer;
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly List<Tensor> _tensors;
    private bool _disposed;

    internal DisposeScope()
    {
        _outer = _current;
        _current = this;
        _tensors = (_spareLists ??= new()).Count > 0 ? _spareLists.Pop() : new List<Tensor>(64);
    }

    internal static DisposeScope? Current => _current;

    internal DisposeScope? Outer => _outer;

    internal bool BelongsToThisThread => _thread == Environment.CurrentManagedThreadId;

    internal void Own(Tensor tensor)
    {
        tensor.ScopeSlot = _tensors.Count;
        tensor.Scope = this;
        _tensors.Add(tensor);
    }

    /// <summary>Swap-removes, so that disposing one tensor early costs the same for any number of tensors.</summary>
    internal void Disown(Tensor tensor)
    {
        if (!BelongsToThisThread)
            throw new InvalidOperationException(
                $"{tensor.Description} belongs to a dispose scope of another thread; detach or move it there before handing it over");
        var slot = tensor.ScopeSlot;
        var last = _tensors[^1];
        _tensors[slot] = last;
        last.ScopeSlot = slot;
        _tensors.RemoveAt(_tensors.Count - 1);
        tensor.Scope = null;
    }

    public void Dispose()
    {
        if (_disposed) return;
        if (_current != this)
            throw new InvalidOperationException(BelongsToThisThread
                ? "a dispose scope must close after every scope opened inside it"
                : "a dispose scope must close on the thread that opened it");
        _disposed = true;
        _current = _outer;
        Span<nint> handles = stackalloc nint[128];
        var count = 0;
        foreach (var tensor in _tensors)
        {
            handles[count++] = tensor.TakeHandle();
            tensor.Scope = null;
            if (count == handles.Length) Free(handles, ref count);
        }
        Free(handles, ref count);
        _tensors.Clear();
        if (_spareLists!.Count < 16) _spareLists.Push(_tensors);
    }

    private static void Free(Span<nint> handles, ref int count)
    {
        fixed (nint* p = handles) Native.fd_free_many(p, count);
        count = 0;
    }
}
