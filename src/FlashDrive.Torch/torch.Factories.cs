using System.Runtime.InteropServices;
using FlashDrive.Torch.Interop;

namespace FlashDrive.Torch;

public static unsafe partial class torch
{
    private static readonly Op EmptyOp = new("aten::empty", "memory_format");
    private static readonly Op ZerosOp = new("aten::zeros");
    private static readonly Op OnesOp = new("aten::ones");
    private static readonly Op FullOp = new("aten::full");
    private static readonly Op ArangeOp = new("aten::arange", "start_step");
    private static readonly Op LinspaceOp = new("aten::linspace");
    private static readonly Op ZerosLikeOp = new("aten::zeros_like");
    private static readonly Op EmptyLikeOp = new("aten::empty_like");

    public static Tensor empty(params ReadOnlySpan<long> shape) => empty(shape, float32);

    public static Tensor empty(ReadOnlySpan<long> shape, ScalarType dtype, Device? device = null) =>
        EmptyOp.Call(shape, dtype, Arg.None, device ?? Device.Cpu);

    public static Tensor zeros(params ReadOnlySpan<long> shape) => zeros(shape, float32);

    public static Tensor zeros(ReadOnlySpan<long> shape, ScalarType dtype, Device? device = null) =>
        ZerosOp.Call(shape, dtype, Arg.None, device ?? Device.Cpu);

    public static Tensor ones(params ReadOnlySpan<long> shape) => OnesOp.Call(shape, float32);

    public static Tensor full(ReadOnlySpan<long> shape, double value, ScalarType dtype = float32) => FullOp.Call(shape, value, dtype);

    public static Tensor zeros_like(Tensor like) => ZerosLikeOp.Call(like);

    public static Tensor empty_like(Tensor like) => EmptyLikeOp.Call(like);

    public static Tensor arange(long start, long end, long step = 1, ScalarType dtype = int64) => ArangeOp.Call(start, end, step, dtype);

    /// <summary>LibTorch's linspace: the first half counted from the start, the second from the end.</summary>
    public static Tensor linspace(double start, double end, long steps, ScalarType dtype = float32) => LinspaceOp.Call(start, end, steps, dtype);

    /// <summary>A tensor of its own with a copy of <paramref name="values"/> in row-major order.</summary>
    public static Tensor tensor<T>(ReadOnlySpan<T> values, params ReadOnlySpan<long> shape) where T : unmanaged
    {
        long count = 1;
        foreach (var size in shape) count *= size;
        if (count != values.Length)
            throw new ArgumentException($"{values.Length} values do not fill the shape [{string.Join(", ", shape.ToArray())}] of {count} elements", nameof(values));
        var result = empty(shape, ScalarTypeExtensions.Of<T>());
        values.CopyTo(result.buffer<T>());
        return result;
    }

    public static Tensor tensor<T>(T[] values, params ReadOnlySpan<long> shape) where T : unmanaged => tensor((ReadOnlySpan<T>)values, shape);

    /// <summary>A vector with a copy of <paramref name="values"/>.</summary>
    public static Tensor tensor<T>(ReadOnlySpan<T> values) where T : unmanaged => tensor(values, [values.Length]);

    /// <summary>A vector with a copy of <paramref name="values"/>.</summary>
    public static Tensor tensor<T>(T[] values) where T : unmanaged => tensor((ReadOnlySpan<T>)values, [values.Length]);

    /// <summary>A zero-dimensional tensor.</summary>
    public static Tensor scalar(float value) => tensor([value], (ReadOnlySpan<long>)[]);

    /// <summary>
    /// A view over memory that <paramref name="owner"/> keeps alive: it is held until the last tensor that shares the memory is
    /// gone, then disposed when <paramref name="disposeOwner"/> says so; so also when making the view fails. The last reference
    /// may go on any thread, and the owner's Dispose must not throw there.
    /// </summary>
    public static Tensor from_blob(nint data, ReadOnlySpan<long> shape, ScalarType dtype, object owner, bool disposeOwner = false)
    {
        var lease = GCHandle.Alloc(new BlobLease(owner, disposeOwner));
        nint handle = 0;
        int error;
        fixed (long* sizes = shape)
            error = Native.fd_from_blob(data, sizes, shape.Length, (int)dtype, &ReleaseBlob, GCHandle.ToIntPtr(lease), &handle);
        TorchError.Check(error, "from_blob");
        return Tensor.Adopt(handle);
    }

    [UnmanagedCallersOnly]
    private static void ReleaseBlob(nint context)
    {
        var handle = GCHandle.FromIntPtr(context);
        var lease = (BlobLease)handle.Target!;
        handle.Free();
        if (lease.Dispose) (lease.Owner as IDisposable)?.Dispose();
    }

    private sealed record BlobLease(object Owner, bool Dispose);
}
