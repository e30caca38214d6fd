using System.Runtime.InteropServices;

namespace FlashDrive.Torch.Interop;

/// <summary>The C ABI of native/*.cpp; return values are error kinds, 0 is success.</summary>
internal static unsafe partial class Native
{
    internal const string Library = "flashdrive_torch";

    static Native() => NativeLibraryLoader.Register();

    [LibraryImport(Library)] internal static partial nint fd_last_error();

    [LibraryImport(Library)] internal static partial long fd_live_tensors();

    [LibraryImport(Library)] internal static partial void fd_free(nint handle);

    [LibraryImport(Library)] internal static partial void fd_free_many(nint* handles, long count);

    [LibraryImport(Library)] internal static partial void fd_free_list(nint list);

    [LibraryImport(Library)] internal static partial void fd_free_result(NativeValue* value);

    [LibraryImport(Library)] internal static partial int fd_info(nint handle, long* values, int capacity);

    [LibraryImport(Library)] internal static partial long fd_host_reads();

    [LibraryImport(Library)] internal static partial int fd_read(nint handle, nint* pointer);

    [LibraryImport(Library)] internal static partial int fd_data(nint handle, nint* pointer);

    [LibraryImport(Library)]
    internal static partial int fd_from_blob(nint data, long* sizes, int dims, int dtype, delegate* unmanaged<nint, void> release, nint context, nint* result);

    [LibraryImport(Library)] internal static partial int fd_alias(nint handle, nint* result);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int fd_find(string name, string overload, nint* result);

    [LibraryImport(Library)] internal static partial int fd_schema(nint op, byte* buffer, int capacity);

    [LibraryImport(Library)]
    internal static partial int fd_call(nint op, NativeValue* arguments, int count, NativeValue* results, int capacity, int* produced);

    [LibraryImport(Library)] internal static partial int fd_set_requires_grad(nint handle, int value);

    [LibraryImport(Library)] internal static partial int fd_backward(nint handle, nint gradient);

    [LibraryImport(Library)] internal static partial int fd_grad_of(nint handle, nint* result);

    [LibraryImport(Library)] internal static partial int fd_set_grad_of(nint handle, nint gradient);

    [LibraryImport(Library)] internal static partial int fd_gradients(nint output, nint* inputs, long count, nint* results);

    [LibraryImport(Library)] internal static partial int fd_grad_enabled();

    [LibraryImport(Library)] internal static partial void fd_set_grad_enabled(int enabled);

    [LibraryImport(Library)] internal static partial int fd_inference_enter(nint* result);

    [LibraryImport(Library)] internal static partial void fd_inference_leave(nint guard);

    [LibraryImport(Library)] internal static partial int fd_set_num_threads(int count);

    [LibraryImport(Library)] internal static partial int fd_num_threads();

    [LibraryImport(Library)] internal static partial int fd_manual_seed(ulong seed);

    [LibraryImport(Library)] internal static partial int fd_generator_new(ulong seed, nint* result);

    [LibraryImport(Library)] internal static partial void fd_generator_free(nint generator);

    [LibraryImport(Library)] internal static partial int fd_fill_normal(nint handle, nint generator);

    [LibraryImport(Library)] internal static partial int fd_fill_uniform(nint handle, nint generator);

    [LibraryImport(Library)] internal static partial nint fd_version();

    [LibraryImport(Library)] internal static partial nint fd_cpu_capability();

    [LibraryImport(Library)] internal static partial nint fd_show_config();

    [LibraryImport(Library)] internal static partial int fd_has_cuda();

    internal static string LastError => Marshal.PtrToStringUTF8(fd_last_error()) ?? "";
}
