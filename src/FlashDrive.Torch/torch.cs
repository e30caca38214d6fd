using System.Runtime.InteropServices;
using FlashDrive.Torch.Interop;

namespace FlashDrive.Torch;

/// <summary>LibTorch under TorchSharp's names: process-wide settings, scopes and guards. Factories and functions stand in the other parts.</summary>
public static unsafe partial class torch
{
    public const ScalarType uint8 = ScalarType.Byte, int8 = ScalarType.Int8, int16 = ScalarType.Int16, int32 = ScalarType.Int32, int64 = ScalarType.Int64;
    public const ScalarType float16 = ScalarType.Float16, float32 = ScalarType.Float32, float64 = ScalarType.Float64, bfloat16 = ScalarType.BFloat16;
    public const ScalarType @bool = ScalarType.Bool;

    internal static long Leaked;

    /// <summary>LibTorch's version, for example "1.13.1".</summary>
    public static string version => Marshal.PtrToStringUTF8(Native.fd_version())!;

    /// <summary>Instruction set of ATen's own kernels in this process: DEFAULT, AVX2 or AVX512.</summary>
    public static string cpu_capability => Marshal.PtrToStringUTF8(Native.fd_cpu_capability())!;

    /// <summary>LibTorch's build configuration, many lines.</summary>
    public static string show_config() => Marshal.PtrToStringUTF8(Native.fd_show_config())!;

    public static bool cuda_is_available() => Native.fd_has_cuda() != 0;

    /// <summary>Native tensors alive in the process.</summary>
    public static long LiveTensors => Native.fd_live_tensors();

    /// <summary>
    /// How often this thread looked at results: elements, a single number, a verdict. On a device every one waits for all that was asked
    /// before, so hot loops have none.
    /// </summary>
    public static long host_reads => Native.fd_host_reads();

    /// <summary>Tensors that nobody disposed and the finaliser had to free.</summary>
    public static long LeakedTensors => Interlocked.Read(ref Leaked);

    /// <summary>
    /// LibTorch threads of operators called <em>from this thread</em>. LibTorch's own default is wrong in virtual machines (one),
    /// and the OpenMP setting is per calling thread, so every thread that computes sets it.
    /// </summary>
    public static void set_num_threads(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        TorchError.Check(Native.fd_set_num_threads(count), "set_num_threads");
    }

    public static int get_num_threads() => Native.fd_num_threads();

    /// <summary>Seeds LibTorch's global generator. The engine itself draws from keyed generators and never from this one.</summary>
    public static void manual_seed(ulong seed) => TorchError.Check(Native.fd_manual_seed(seed), "manual_seed");

    public static DisposeScope NewDisposeScope() => new(ThreadTensors.Mine.OpenScope());

    /// <summary>Operators record no gradient graph on this thread until the guard is disposed.</summary>
    public static GradGuard no_grad() => new(false);

    public static GradGuard enable_grad() => new(true);

    public static bool is_grad_enabled() => Native.fd_grad_enabled() != 0;

    /// <summary>LibTorch's inference mode on this thread: cheaper than no_grad; tensors made inside can never require gradients.</summary>
    public static InferenceGuard inference_mode() => new();

    /// <summary>
    /// Gradients of the scalar <paramref name="output"/> with respect to <paramref name="leaves"/>, null where it does not depend on
    /// one. Their <c>grad</c> fields stay untouched, so several threads may share the leaves.
    /// </summary>
    public static Tensor?[] gradients(Tensor output, IReadOnlyList<Tensor> leaves)
    {
        var inputs = new nint[leaves.Count];
        var results = new nint[leaves.Count];
        for (var i = 0; i < inputs.Length; i++) inputs[i] = leaves[i].Handle;
        fixed (nint* p = inputs, r = results)
            TorchError.Check(Native.fd_gradients(output.Handle, p, inputs.Length, r), "gradients", output);
        GC.KeepAlive(leaves);
        return Array.ConvertAll(results, handle => handle == 0 ? null : Tensor.Adopt(handle));
    }
}
