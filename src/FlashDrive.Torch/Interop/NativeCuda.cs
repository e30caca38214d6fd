using System.Runtime.InteropServices;

namespace FlashDrive.Torch.Interop;

/// <summary>native/cuda.cpp; without a CUDA LibTorch everything but the device count answers NotImplemented.</summary>
internal static unsafe partial class Native
{
    [LibraryImport(Library)] internal static partial int fd_cuda_device_count(int* count);

    [LibraryImport(Library)] internal static partial int fd_cuda_device_name(int device, byte* buffer, int capacity);

    [LibraryImport(Library)] internal static partial int fd_cuda_memory(int device, long* free, long* total);

    [LibraryImport(Library)] internal static partial int fd_cuda_synchronize(int device);

    [LibraryImport(Library)] internal static partial int fd_cuda_stream_new(int device, int highPriority, nint* result);

    [LibraryImport(Library)] internal static partial int fd_cuda_stream_current(int device, nint* result);

    [LibraryImport(Library)] internal static partial void fd_cuda_stream_free(nint stream);

    [LibraryImport(Library)] internal static partial int fd_cuda_stream_set(nint stream, nint* before);

    [LibraryImport(Library)] internal static partial int fd_cuda_stream_synchronize(nint stream);

    [LibraryImport(Library)] internal static partial int fd_cuda_event_new(int timing, nint* result);

    [LibraryImport(Library)] internal static partial void fd_cuda_event_free(nint handle);

    [LibraryImport(Library)] internal static partial int fd_cuda_event_record(nint handle, nint stream);

    [LibraryImport(Library)] internal static partial int fd_cuda_event_block(nint handle, nint stream);

    [LibraryImport(Library)] internal static partial int fd_cuda_event_synchronize(nint handle);

    [LibraryImport(Library)] internal static partial int fd_cuda_event_query(nint handle, int* done);

    [LibraryImport(Library)] internal static partial int fd_cuda_event_elapsed(nint begin, nint end, double* milliseconds);

    [LibraryImport(Library)] internal static partial int fd_cuda_record_stream(nint tensor, nint stream);
}
