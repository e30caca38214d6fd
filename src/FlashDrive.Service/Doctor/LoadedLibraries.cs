namespace FlashDrive.Service.Doctor;

/// <summary>The shared libraries mapped into this process, by /proc/self/maps.</summary>
internal static class LoadedLibraries
{
    private const string Maps = "/proc/self/maps";

    /// <summary>Full paths of mapped files whose name begins with <paramref name="prefix"/>.</summary>
    public static IReadOnlyList<string> Of(string prefix) => File.Exists(Maps) ? In(File.ReadLines(Maps), prefix) : [];

    internal static IReadOnlyList<string> In(IEnumerable<string> maps, string prefix) =>
        maps.Select(line => line.IndexOf('/') is var slash and >= 0 ? line[slash..] : "")
            .Where(path => Path.GetFileName(path).StartsWith(prefix, StringComparison.Ordinal))
            .Distinct().ToList();
}
