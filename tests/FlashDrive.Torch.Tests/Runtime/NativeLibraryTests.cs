using System.Reflection;
using System.Runtime.InteropServices;
using FlashDrive.Torch.Interop;

namespace FlashDrive.Torch.Tests.Runtime;

public class NativeLibraryTests
{
    [Fact]
    public void Every_function_that_is_bound_is_exported()
    {
        // What finds the library is registered by the class that binds it.
        System.Runtime.CompilerServices.RuntimeHelpers.RunClassConstructor(typeof(Native).TypeHandle);
        var library = NativeLibrary.Load(Native.Library, typeof(Native).Assembly, null);
        var names = typeof(Native).GetMethods(BindingFlags.Static | BindingFlags.NonPublic).Select(m => m.Name).Where(n => n.StartsWith("fd_", StringComparison.Ordinal)).ToList();
        Assert.True(names.Count > 40);
        Assert.DoesNotContain(names, name => !NativeLibrary.TryGetExport(library, name, out _));
    }

    [Fact]
    public void The_library_tells_what_it_is_built_on()
    {
        Assert.Matches(@"^\d+\.\d+", torch.version);
        Assert.Matches("AVX|DEFAULT|NO AVX|VSX|default", torch.cpu_capability);
        Assert.Contains("CPU capability usage", torch.show_config());
        Assert.Equal(torch.cuda.device_count() > 0, torch.cuda.is_available());
    }
}
