using FlashDrive.Torch.Interop;

namespace FlashDrive.Torch;

/// <summary>A point in a stream's work, for other streams to wait on and, with timing, to measure between.</summary>
public sealed unsafe class CudaEvent : IDisposable
{
    private nint _handle;

    /// <param name="timing">Whether <see cref="MillisecondsUntil"/> is wanted; it makes the event dearer.</param>
    /// <exception cref="TorchException">NotImplemented: the LibTorch found has no CUDA.</exception>
    public CudaEvent(bool timing = false)
    {
        nint handle;
        TorchError.Check(Native.fd_cuda_event_new(timing ? 1 : 0, &handle), "CudaEvent");
        _handle = handle;
    }

    ~CudaEvent() => Native.fd_cuda_event_free(_handle);

    internal nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(CudaEvent), "the event was disposed");

    /// <summary>Whether the work before the last recording is done; true when nothing was recorded.</summary>
    public bool IsDone
    {
        get
        {
            int done;
            TorchError.Check(Native.fd_cuda_event_query(Handle, &done), "CudaEvent.IsDone");
            GC.KeepAlive(this);
            return done != 0;
        }
    }

    /// <summary>Marks the stream's work so far.</summary>
    public void Record(CudaStream stream)
    {
        TorchError.Check(Native.fd_cuda_event_record(Handle, stream.Handle), "CudaEvent.Record");
        GC.KeepAlive(stream);
        GC.KeepAlive(this);
    }

    /// <summary>Waits, on the calling thread, until the recorded work is done.</summary>
    public void Synchronize()
    {
        TorchError.Check(Native.fd_cuda_event_synchronize(Handle), "CudaEvent.Synchronize");
        GC.KeepAlive(this);
    }

    /// <summary>Device time between two recorded and finished events that were made with timing.</summary>
    public double MillisecondsUntil(CudaEvent later)
    {
        double milliseconds;
        TorchError.Check(Native.fd_cuda_event_elapsed(Handle, later.Handle, &milliseconds), "CudaEvent.MillisecondsUntil");
        GC.KeepAlive(later);
        GC.KeepAlive(this);
        return milliseconds;
    }

    public void Dispose()
    {
        Native.fd_cuda_event_free(Interlocked.Exchange(ref _handle, 0));
        GC.SuppressFinalize(this);
    }
}
