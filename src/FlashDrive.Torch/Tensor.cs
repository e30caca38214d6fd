using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FlashDrive.Torch.Interop;

namespace FlashDrive.Torch;

/// <summary>
/// A LibTorch tensor: one native handle, freed by <see cref="Dispose"/> or by the <see cref="DisposeScope"/> it was made in.
/// The finaliser is a safety net that counts what it had to free (<see cref="torch.LeakedTensors"/>): a leak is a bug.
/// Not to be used by two threads at once, except for reading.
/// </summary>
[SkipLocalsInit]
public sealed unsafe partial class Tensor : IDisposable
{
    private nint _handle;
    private long[]? _shape;

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

    internal nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(Tensor), "the tensor was disposed");

    public bool IsDisposed => _handle == 0;

    public ScalarType dtype => (ScalarType)Info().DType;

    public Device device => Info() is var i ? new((DeviceType)i.DeviceType, (int)i.DeviceIndex) : default;

    public bool requires_grad
    {
        get => Info().RequiresGrad != 0;
        set => TorchError.Check(Native.fd_set_requires_grad(Handle, value ? 1 : 0), "requires_grad", this);
    }

    public bool is_contiguous => Info().Contiguous != 0;

    /// <summary>Number of elements.</summary>
    public long numel => Info().Numel;

    /// <summary>Number of dimensions.</summary>
    public int ndim => (int)Info().Dimensions;

    /// <summary>Sizes. Read once and kept, so not to be written to.</summary>
    public long[] shape => _shape ??= ReadSizes(strides: false);

    /// <summary>One size; negative dimensions count from the end.</summary>
    public long size(int dim)
    {
        var values = stackalloc long[InfoWords];
        var dims = ReadInfo(values, "size");
        var place = dim < 0 ? dim + dims : dim;
        return (uint)place < (uint)dims
            ? values[InfoHeadWords + place]
            : throw new ArgumentOutOfRangeException(nameof(dim), dim, $"{Description} has {dims} dimensions");
    }

    public long[] stride() => ReadSizes(strides: true);

    /// <summary>"Float32[2, 3]", for messages.</summary>
    public string Description => IsDisposed ? "disposed tensor" : $"{dtype}[{string.Join(", ", shape)}]";

    public override string ToString() => Description;

    /// <summary>The elements in place. CPU and contiguous tensors only; valid while the tensor lives (hold it, or its scope).</summary>
    /// <exception cref="InvalidOperationException">Wrong element type, a device tensor, a strided view, or more than 2^31 elements.</exception>
    public Span<T> data<T>() where T : unmanaged
    {
        var info = Info();
        var type = (ScalarType)info.DType;
        if (!type.Holds<T>())
            throw new InvalidOperationException($"data<{typeof(T).Name}> of {Description}: the element type differs; convert with to(...) first");
        if (info.Contiguous == 0 || info.DeviceType != 0)
            throw new InvalidOperationException($"data of {Description} on {device}: only contiguous CPU memory has one address; call cpu().contiguous()");
        if (info.Numel > int.MaxValue)
            throw new InvalidOperationException($"data of {Description}: {info.Numel} elements do not fit one span; narrow it first");
        return new Span<T>((void*)data_ptr(), (int)info.Numel);
    }

    /// <summary>Address of the first element, for native kernels.</summary>
    public nint data_ptr()
    {
        nint pointer = 0;
        TorchError.Check(Native.fd_data(Handle, &pointer), "data_ptr", this);
        return pointer;
    }

    /// <summary>A copy of the elements in row-major order, whatever the layout.</summary>
    public T[] ToArray<T>() where T : unmanaged
    {
        if (is_contiguous && device.Type == DeviceType.Cpu)
        {
            var values = data<T>().ToArray();
            GC.KeepAlive(this);
            return values;
        }
        using var copy = cpu();
        using var dense = copy.contiguous();
        return dense.data<T>().ToArray();
    }

    /// <summary>The single element of a one-element tensor.</summary>
    public T item<T>() where T : unmanaged
    {
        if (numel != 1) throw new InvalidOperationException($"item of {Description}: only a one-element tensor has one");
        if (device.Type != DeviceType.Cpu) return ToArray<T>()[0];
        var value = data<T>()[0];
        GC.KeepAlive(this);
        return value;
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

    private const int InfoHeadWords = 7;
    private const int MaxDimensions = 64;
    private const int InfoWords = InfoHeadWords + 2 * MaxDimensions;

    private long[] ReadSizes(bool strides)
    {
        var values = stackalloc long[InfoWords];
        var dims = ReadInfo(values, strides ? "stride" : "shape");
        return new ReadOnlySpan<long>(values + InfoHeadWords + (strides ? dims : 0), dims).ToArray();
    }

    /// <summary>Head, sizes and strides; returns the number of dimensions.</summary>
    private int ReadInfo(long* values, string what)
    {
        TorchError.Check(Native.fd_info(Handle, values, InfoWords), what);
        GC.KeepAlive(this);
        return (int)values[InfoHeadWords - 1];
    }

    private InfoHead Info()
    {
        InfoHead head;
        TorchError.Check(Native.fd_info(Handle, (long*)&head, InfoHeadWords), "info");
        GC.KeepAlive(this);
        return head;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct InfoHead
    {
        public long DType, DeviceType, DeviceIndex, RequiresGrad, Contiguous, Numel, Dimensions;
    }
}
