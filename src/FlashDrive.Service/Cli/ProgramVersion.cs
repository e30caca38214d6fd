using System.Reflection;

namespace FlashDrive.Service.Cli;

/// <summary>The version this build was made from, with the first eight digits of the commit when there is one: "0.1.0+1a2b3c4d".</summary>
public static class ProgramVersion
{
    public static string Text { get; } = Shorten(typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0");

    internal static string Shorten(string version)
    {
        var plus = version.IndexOf('+');
        return plus >= 0 && version.Length > plus + 9 ? version[..(plus + 9)] : version;
    }
}
