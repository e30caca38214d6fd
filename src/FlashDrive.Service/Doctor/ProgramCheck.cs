using System.Reflection;
using System.Runtime.InteropServices;
using FlashDrive.Service.Cli;

namespace FlashDrive.Service.Doctor;

internal static class ProgramCheck
{
    public static Finding Version() => new("flashdrive", ProgramVersion.Text);

    /// <summary>The feed profile is fixed at build time and written into the assembly by the project file.</summary>
    public static Finding FeedProfile()
    {
        var profile = typeof(ProgramCheck).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(a => a.Key == "FeedProfile")?.Value ?? "core";
        return new("feed profile", profile);
    }

    public static Finding Runtime() => new(".NET", $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.OSDescription}");
}
