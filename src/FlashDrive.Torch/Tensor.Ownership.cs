using FlashDrive.Torch.Interop;

namespace FlashDrive.Torch;

/// <remarks>Who frees a tensor: the scope it was made in or moved to, its holder, or, as a fault that is counted, the finaliser.</remarks>
public sealed unsafe partial class Tensor
{
    private Tensor()
    {
    }

    ~Tensor()
    {
        if (_handle == 0) return;
        Interlocked.Increment(ref torch.Leaked);
        Native.fd_free(_handle);
    }

    internal ScopeFrame? Scope { get; set; }

    internal int ScopeSlot { get; set; }

    /// <summary>A tensor around a native handle, in the thread's innermost scope.</summary>
    internal static Tensor Adopt(nint handle)
    {
        var mine = ThreadTensors.Mine;
        // An object that served before keeps its registration with the finaliser for life: registering anew would allocate.
        var tensor = mine.TakeShell() ?? new Tensor();
        tensor._handle = handle;
        mine.Current?.Own(tensor);
        return tensor;
    }

    /// <summary>Hands the tensor to the scope around the one that owns it, or to nobody when there is none.</summary>
    /// <exception cref="InvalidOperationException">The scope belongs to another thread.</exception>
    public Tensor MoveToOuterDisposeScope()
    {
        if (Scope is not { } scope) return this;
        scope.Disown(this);
        scope.Outer?.Own(this);
        return this;
    }

    /// <summary>Hands the tensor to a scope that is open on this thread.</summary>
    /// <exception cref="InvalidOperationException">One of the two scopes belongs to another thread, or the new one is closed.</exception>
    public Tensor MoveToOtherDisposeScope(DisposeScope scope)
    {
        var frame = scope.Frame;
        if (!frame.BelongsToThisThread)
            throw new InvalidOperationException($"{Description} cannot move to a dispose scope of another thread; detach it, hand it over and move it there");
        Scope?.Disown(this);
        frame.Own(this);
        return this;
    }

    /// <summary>Takes the tensor out of every scope: from now on its holder disposes it.</summary>
    /// <exception cref="InvalidOperationException">The scope belongs to another thread.</exception>
    public Tensor DetachFromDisposeScope()
    {
        Scope?.Disown(this);
        return this;
    }

    /// <summary>Frees the native handle; a second call does nothing. Any thread may call it.</summary>
    public void Dispose()
    {
        var handle = TakeHandle();
        if (handle == 0) return;
        // A scope of another thread keeps the empty object in its list, which only that thread may touch.
        if (Scope is { BelongsToThisThread: true } scope) scope.Disown(this);
        GC.SuppressFinalize(this);
        Native.fd_free(handle);
    }

    /// <summary>Takes the handle from the object; 0 when somebody did before.</summary>
    internal nint TakeHandle() => Interlocked.Exchange(ref _handle, 0);

    /// <summary>Puts the freed object in line to serve again.</summary>
    internal void AwaitReuse(ThreadTensors thread)
    {
        _shape = null;
        thread.Wait(this);
    }

    internal void ForgetShape() => _shape = null;
}
