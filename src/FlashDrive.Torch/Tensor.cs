using System.Runtime.InteropServices;
using FlashDrive.Torch.Interop;

namespace FlashDrive.Torch;

/// <summary>
/// A LibTorch tensor: one native handle, freed by <see cref="Dispose"/> or by the <see cref="DisposeScope"/> it was made in.
/// The finaliser is a safety net that counts what it had to free (<see cref="torch.LeakedTensors"/>): a leak is a bug.
/// Not to be used by two threads at once, except for reading.
/// </summary>
public sealed unsafe partial class Tensor : IDisposable
{
    private nint _handle;
    private long[]? _shape;

    internal Tensor(nint handle)
    {
        _handle = handle;
        DisposeScope.Current?.Own(this);
    }

    ~Tensor()
    {
        if (_handle == 0) return;
        Interlocked.Increment(ref torch.Leaked);
        Native.fd_free(_handle);
    }

    internal DisposeScope? Scope { get; set; }

    internal int ScopeSlot { get; set; }

    internal nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(Tensor), "the tensor was disposed");

    public bool IsDisposed => _handle == 0;

    public ScalarType dtype => (ScalarType)Info().DType;

    public Device device => Info() is var i ? new((DeviceType)i.DeviceType, (int)i.DeviceIndex) : default;

    public bool requires_grad
    {
        get => Info().RequiresGrad != 0;
        set => TorchError.Check(Native.fd_set_requires_grad(Handle, value ? 1 : 0), "requires_grad");
    }

    public bool is_contiguous => Info().Contiguous != 0;

    /// <summary>Number of elements.</summary>
    public long numel => Info().Numel;

    /// <summary>Number of dimensions.</summary>
    public int ndim => shape.Length;

    /// <summary>Sizes; read once, since an operator never resizes its input here.</summary>
    public long[] shape => _shape ??= ReadShape();

    public long size(int dim) => shape[dim < 0 ? dim + shape.Length : dim];

    public long[] stride()
    {
        var values = stackalloc long[InfoCapacity];
        TorchError.Check(Native.fd_info(Handle, values, InfoCapacity), "stride");
        return new ReadOnlySpan<long>(values + 7 + values[6], (int)values[6]).ToArray();
    }

    /// <summary>"Float32[2, 3]", for messages.</summary>
    public string Description => IsDisposed ? "disposed tensor" : $"{dtype}[{string.Join(", ", shape)}]";

    public override string ToString() => Description;

    /// <summary>The elements in place. CPU and contiguous tensors only; valid while the tensor lives.</summary>
    /// <exception cref="InvalidOperationException">Wrong element type, a device tensor, or a strided view.</exception>
    public Span<T> data<T>() where T : unmanaged
    {
        var info = Info();
        var wanted = typeof(T) == typeof(ushort) && (ScalarType)info.DType is ScalarType.BFloat16 or ScalarType.Float16 ? (ScalarType)info.DType : ScalarTypeExtensions.Of<T>();
        if ((ScalarType)info.DType != wanted)
            throw new InvalidOperationException($"data<{typeof(T).Name}> of {Description}: element type differs; convert with to({wanted})");
        if (info.Contiguous == 0 || info.DeviceType != 0)
            throw new InvalidOperationException($"data of {Description} on {device}: only contiguous CPU memory has one address; call cpu().contiguous()");
        nint pointer = 0;
        TorchError.Check(Native.fd_data(Handle, &pointer), "data");
        return new Span<T>((void*)pointer, checked((int)info.Numel));
    }

    /// <summary>Address of the first element, for native kernels.</summary>
    public nint data_ptr()
    {
        nint pointer = 0;
        TorchError.Check(Native.fd_data(Handle, &pointer), "data_ptr");
        return pointer;
    }

    /// <summary>A copy of the elements in row-major order, whatever the layout.</summary>
    public T[] ToArray<T>() where T : unmanaged
    {
        if (is_contiguous && device.Type == DeviceType.Cpu) return data<T>().ToArray();
        using var copy = cpu().DetachFromDisposeScope();
        using var dense = copy.contiguous().DetachFromDisposeScope();
        return dense.data<T>().ToArray();
    }

    /// <summary>The single element of a one-element tensor.</summary>
    public T item<T>() where T : unmanaged => numel == 1
        ? ToArray<T>()[0]
        : throw new InvalidOperationException($"item of {Description}: only a one-element tensor has one");

    public Tensor MoveToOuterDisposeScope()
    {
        var outer = Scope?.Outer;
        Scope?.Disown(this);
        outer?.Own(this);
        return this;
    }

    /// <summary>Takes the tensor out of every scope: from now on its holder disposes it.</summary>
    public Tensor DetachFromDisposeScope()
    {
        Scope?.Disown(this);
        return this;
    }

    public void Dispose()
    {
        if (_handle == 0) return;
        Scope?.Disown(this);
        Native.fd_free(Release());
    }

    /// <summary>Gives the handle away; the object is dead afterwards.</summary>
    internal nint Release()
    {
        var handle = _handle;
        _handle = 0;
        Scope = null;
        GC.SuppressFinalize(this);
        return handle;
    }

    private const int InfoCapacity = 7 + 2 * 16;

    private long[] ReadShape()
    {
        var values = stackalloc long[InfoCapacity];
        TorchError.Check(Native.fd_info(Handle, values, InfoCapacity), "shape");
        return new ReadOnlySpan<long>(values + 7, (int)values[6]).ToArray();
    }

    private InfoHead Info()
    {
        var values = stackalloc long[InfoCapacity];
        TorchError.Check(Native.fd_info(Handle, values, InfoCapacity), "info");
        return *(InfoHead*)values;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct InfoHead
    {
        public long DType, DeviceType, DeviceIndex, RequiresGrad, Contiguous, Numel;
    }
}
