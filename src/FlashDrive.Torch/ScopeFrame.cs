using FlashDrive.Torch.Interop;

namespace FlashDrive.Torch;

/// <summary>The tensors of one open scope. Frames serve again after they close; <see cref="Opening"/> tells a handle on an earlier use.</summary>
internal sealed unsafe class ScopeFrame
{
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private Tensor[] _tensors = new Tensor[64];
    private int _count;

    internal ScopeFrame? Outer { get; set; }

    /// <summary>Counts how often the frame was closed.</summary>
    internal long Opening { get; private set; }

    internal bool BelongsToThisThread => _thread == Environment.CurrentManagedThreadId;

    internal void Own(Tensor tensor)
    {
        if (_count == _tensors.Length) Array.Resize(ref _tensors, 2 * _count);
        tensor.ScopeSlot = _count;
        tensor.Scope = this;
        _tensors[_count++] = tensor;
    }

    /// <summary>Swap-removes, so that disposing one tensor early costs the same for any number of tensors.</summary>
    internal void Disown(Tensor tensor)
    {
        if (!BelongsToThisThread)
            throw new InvalidOperationException(
                $"{tensor.Description} belongs to a dispose scope of another thread; detach or move it there before handing it over");
        var slot = tensor.ScopeSlot;
        var last = _tensors[--_count];
        _tensors[slot] = last;
        last.ScopeSlot = slot;
        _tensors[_count] = null!;
        tensor.Scope = null;
    }

    /// <exception cref="InvalidOperationException">It is not the innermost scope of the calling thread.</exception>
    internal void Close()
    {
        var mine = ThreadTensors.Mine;
        if (mine.Current != this)
            throw new InvalidOperationException(BelongsToThisThread
                ? "a dispose scope must close after every scope opened inside it"
                : "a dispose scope must close on the thread that opened it");
        Opening++;
        mine.Current = Outer;
        Outer = null;
        var recycling = TensorRecycling.Enabled;
        Span<nint> handles = stackalloc nint[128];
        var count = 0;
        var owned = _tensors.AsSpan(0, _count);
        foreach (var tensor in owned)
        {
            tensor.Scope = null;
            var handle = tensor.TakeHandle();
            // Disposed by another thread, whose reference may still be used: the object never serves again.
            if (handle == 0) continue;
            if (recycling) tensor.AwaitReuse(mine);
            else GC.SuppressFinalize(tensor);
            handles[count++] = handle;
            if (count == handles.Length) Free(handles, ref count);
        }
        Free(handles, ref count);
        owned.Clear();
        _count = 0;
        mine.Keep(this);
    }

    private static void Free(Span<nint> handles, ref int count)
    {
        if (count == 0) return;
        fixed (nint* p = handles) Native.fd_free_many(p, count);
        count = 0;
    }
}
