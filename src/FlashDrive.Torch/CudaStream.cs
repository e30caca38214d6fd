using FlashDrive.Torch.Interop;

namespace FlashDrive.Torch;

/// <summary>
/// A CUDA stream of LibTorch's pool. Operators run on the stream that is current on the calling thread: <see cref="Use"/>.
/// Disposing gives up the handle; the stream itself belongs to the pool.
/// </summary>
/// <remarks>
/// A tensor used on another stream than the one it was made on needs <see cref="Record"/>, or its memory may be reused too early.
/// </remarks>
public sealed unsafe class CudaStream : IDisposable
{
    private nint _handle;

    /// <exception cref="TorchException">NotImplemented: the LibTorch found has no CUDA.</exception>
    public CudaStream(int device = 0, bool highPriority = false)
    {
        nint handle;
        TorchError.Check(Native.fd_cuda_stream_new(device, highPriority ? 1 : 0, &handle), $"CudaStream on device {device}");
        _handle = handle;
    }

    private CudaStream(nint handle) => _handle = handle;

    ~CudaStream() => Native.fd_cuda_stream_free(_handle);

    internal nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(CudaStream), "the stream was disposed");

    /// <summary>The stream that operators of this thread run on.</summary>
    public static CudaStream Current(int device = 0)
    {
        nint handle;
        TorchError.Check(Native.fd_cuda_stream_current(device, &handle), "CudaStream.Current");
        return new CudaStream(handle);
    }

    /// <summary>Makes this the thread's current stream until the guard is disposed, on the same thread.</summary>
    public CudaStreamGuard Use()
    {
        nint before;
        TorchError.Check(Native.fd_cuda_stream_set(Handle, &before), "CudaStream.Use");
        GC.KeepAlive(this);
        return new CudaStreamGuard(new CudaStream(before));
    }

    /// <summary>What is asked of this stream from now on starts after the event; the calling thread does not wait.</summary>
    public void Wait(CudaEvent signal)
    {
        TorchError.Check(Native.fd_cuda_event_block(signal.Handle, Handle), "CudaStream.Wait");
        GC.KeepAlive(signal);
        GC.KeepAlive(this);
    }

    /// <summary>Keeps the tensor's memory from being reused before this stream has done what is asked of it so far.</summary>
    public void Record(Tensor tensor)
    {
        TorchError.Check(Native.fd_cuda_record_stream(tensor.Handle, Handle), "CudaStream.Record", tensor);
        GC.KeepAlive(this);
    }

    /// <summary>Waits, on the calling thread, until the stream has done everything asked of it.</summary>
    public void Synchronize()
    {
        TorchError.Check(Native.fd_cuda_stream_synchronize(Handle), "CudaStream.Synchronize");
        GC.KeepAlive(this);
    }

    public void Dispose()
    {
        Native.fd_cuda_stream_free(Interlocked.Exchange(ref _handle, 0));
        GC.SuppressFinalize(this);
    }

    internal void MakeCurrent() => TorchError.Check(Native.fd_cuda_stream_set(Handle, null), "CudaStreamGuard");
}

/// <summary>Restores the thread's current stream when disposed.</summary>
public sealed class CudaStreamGuard : IDisposable
{
    private readonly CudaStream _before;
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private bool _ended;

    internal CudaStreamGuard(CudaStream before) => _before = before;

    public void Dispose()
    {
        if (_ended) return;
        if (_thread != Environment.CurrentManagedThreadId)
            throw new InvalidOperationException("a stream guard must end on the thread that made it");
        _ended = true;
        _before.MakeCurrent();
        _before.Dispose();
    }
}
