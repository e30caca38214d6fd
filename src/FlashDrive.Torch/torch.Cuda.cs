using System.Runtime.InteropServices;
using FlashDrive.Torch.Interop;

namespace FlashDrive.Torch;

public static unsafe partial class torch
{
    /// <summary>CUDA devices. With a LibTorch without CUDA there are none, and asking about one is a NotImplemented error.</summary>
    public static class cuda
    {
        public static bool is_available() => cuda_is_available() && device_count() > 0;

        public static int device_count()
        {
            int count;
            TorchError.Check(Native.fd_cuda_device_count(&count), "cuda.device_count");
            return count;
        }

        /// <summary>The product's name, for example "NVIDIA H100".</summary>
        public static string device_name(int device)
        {
            const int capacity = 256;
            var buffer = stackalloc byte[capacity];
            TorchError.Check(Native.fd_cuda_device_name(device, buffer, capacity), $"cuda.device_name({device})");
            return Marshal.PtrToStringUTF8((nint)buffer)!;
        }

        /// <summary>Bytes of device memory that are free now, and in all.</summary>
        public static (long Free, long Total) memory(int device)
        {
            long free, total;
            TorchError.Check(Native.fd_cuda_memory(device, &free, &total), $"cuda.memory({device})");
            return (free, total);
        }

        /// <summary>Waits until the device has done everything asked of it, on every stream.</summary>
        public static void synchronize(int device = 0) => TorchError.Check(Native.fd_cuda_synchronize(device), $"cuda.synchronize({device})");
    }
}
