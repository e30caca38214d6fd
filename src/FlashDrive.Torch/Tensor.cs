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

    /// <summary>
    /// The elements in place, to be read: counted in <see cref="torch.host_reads"/>. CPU and contiguous tensors only; valid while the
    /// tensor lives (hold it, or its scope).
    /// </summary>
    /// <exception cref="InvalidOperationException">Wrong element type, a device tensor, a strided view, or more than 2^31 elements.</exception>
    public Span<T> data<T>() where T : unmanaged
    {
        var count = Addressable<T>();
        nint pointer = 0;
        TorchError.Check(Native.fd_read(Handle, &pointer), "data", this);
        return new Span<T>((void*)pointer, count);
    }

    /// <summary>The elements in place, to be written by the host before anything is computed from them; otherwise as <see cref="data{T}"/>.</summary>
    /// <exception cref="InvalidOperationException">Wrong element type, a device tensor, a strided view, or more than 2^31 elements.</exception>
    public Span<T> buffer<T>() where T : unmanaged => new((void*)data_ptr(), Addressable<T>());

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

    /// <summary>Number of elements, once it is sure that they have one address.</summary>
    private int Addressable<T>() where T : unmanaged
    {
        var info = Info();
        var type = (ScalarType)info.DType;
        if (!type.Holds<T>())
            throw new InvalidOperationException($"data<{typeof(T).Name}> of {Description}: the element type differs; convert with to(...) first");
        if (info.Contiguous == 0 || info.DeviceType != 0)
            throw new InvalidOperationException($"data of {Description} on {device}: only contiguous CPU memory has one address; call cpu().contiguous()");
        return info.Numel <= int.MaxValue
            ? (int)info.Numel
            : throw new InvalidOperationException($"data of {Description}: {info.Numel} elements do not fit one span; narrow it first");
    }

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
