using System.Reflection;
using System.Runtime.InteropServices;

namespace FlashDrive.Torch.Interop;

/// <summary>
/// Finds libflashdrive_torch.so: <c>FLASHDRIVE_NATIVE</c> (a file), the program's folder, then <c>artifacts/native</c> of the
/// folders above it. LibTorch itself is found by the library's run path, fixed when the launcher built it.
/// </summary>
internal static partial class NativeLibraryLoader
{
    private const string FileName = "libflashdrive_torch.so";

    /// <summary>Of native/runtime.cpp.</summary>
    private const int Abi = 4;

    internal static void Register() => NativeLibrary.SetDllImportResolver(typeof(NativeLibraryLoader).Assembly, Resolve);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Native.Library) return 0;
        ChooseCpuCapability();
        var tried = new List<string>();
        foreach (var candidate in Candidates())
        {
            tried.Add(candidate);
            if (File.Exists(candidate)) return Load(candidate);
        }
        throw new TorchUnavailableException(
            $"{FileName} was not found in: {string.Join(", ", tried)}. Build it with ./flashdrive doctor, or name the file in FLASHDRIVE_NATIVE.");
    }

    private static nint Load(string file)
    {
        try
        {
            return Verified(NativeLibrary.Load(file), file);
        }
        catch (DllNotFoundException e)
        {
            throw new TorchUnavailableException($"{file} could not be loaded ({e.Message.Split('\n')[0]}). Rebuild it against the installed LibTorch: ./flashdrive doctor", e);
        }
    }

    /// <summary>A library left over from other sources would crash or answer wrongly instead of failing.</summary>
    private static unsafe nint Verified(nint library, string file)
    {
        var found = NativeLibrary.TryGetExport(library, "fd_abi", out var abi) ? ((delegate* unmanaged<int>)abi)() : 1;
        return found == Abi
            ? library
            : throw new TorchUnavailableException($"{file} has interface {found}, this program needs {Abi}: it was built from other sources. Rebuild it: ./flashdrive doctor");
    }

    private static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable("FLASHDRIVE_NATIVE") is { Length: > 0 } named) yield return named;
        yield return Path.Combine(AppContext.BaseDirectory, FileName);
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory).Parent; folder is not null; folder = folder.Parent)
            if (Directory.Exists(Path.Combine(folder.FullName, "artifacts", "native")))
                yield return Path.Combine(folder.FullName, "artifacts", "native", FileName);
    }

    /// <summary>
    /// LibTorch 1.13 stays at AVX2 unless told; .NET's own SetEnvironmentVariable does not reach native code, so libc's is
    /// called, before the first load and only on a CPU that has AVX-512.
    /// </summary>
    private static void ChooseCpuCapability()
    {
        if (System.Runtime.Intrinsics.X86.Avx512BW.IsSupported && System.Runtime.Intrinsics.X86.Avx512DQ.IsSupported)
            setenv("ATEN_CPU_CAPABILITY", "avx512", overwrite: 0);
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);
}
