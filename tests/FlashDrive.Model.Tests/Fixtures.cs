using System.Text.Json;

namespace FlashDrive.Model.Tests;

/// <summary>Files of the repository that tests read in place.</summary>
internal static class Fixtures
{
    public static readonly string Root = FindRoot();

    public static string Golden(params string[] parts) => Path.Combine([Root, "tests", "fixtures", "golden", .. parts]);

    public static JsonElement Json(params string[] parts)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Golden(parts)));
        return document.RootElement.Clone();
    }

    public static int[] Ints(this JsonElement array) => [.. array.EnumerateArray().Select(item => item.GetInt32())];

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "FlashDrive.Actors.sln"))) return folder.FullName;
        throw new InvalidOperationException($"no FlashDrive.Actors.sln above {AppContext.BaseDirectory}");
    }
}

/// <summary>A folder that is removed at the end of a test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("flashdrive-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
