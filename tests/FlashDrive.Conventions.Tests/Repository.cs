namespace FlashDrive.Conventions.Tests;

/// <summary>The checkout these tests run in.</summary>
internal static class Repository
{
    private static readonly string[] BuildFolders = ["bin", "obj", "artifacts", "out", "TestResults", ".git"];

    public static readonly string Root = FindRoot();

    /// <summary>Every file of the checkout that is not a build output, with its path relative to the root.</summary>
    public static IReadOnlyList<SourceFile> Files(params string[] extensions) =>
        Walk(Root).Where(path => extensions.Contains(Path.GetExtension(path)))
            .Select(path => new SourceFile(Path.GetRelativePath(Root, path), File.ReadAllText(path)))
            .OrderBy(file => file.Path, StringComparer.Ordinal).ToList();

    public static SourceFile FileAt(string relativePath) => new(relativePath, File.ReadAllText(Path.Combine(Root, relativePath)));

    private static IEnumerable<string> Walk(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder)) yield return file;
        foreach (var child in Directory.EnumerateDirectories(folder))
        {
            if (BuildFolders.Contains(Path.GetFileName(child))) continue;
            foreach (var file in Walk(child)) yield return file;
        }
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "FlashDrive.Actors.sln")))
                return folder.FullName;
        throw new InvalidOperationException($"no FlashDrive.Actors.sln above {AppContext.BaseDirectory}");
    }
}

/// <summary>A file's path relative to the root, with forward slashes, and its text.</summary>
internal sealed record SourceFile(string Path, string Text)
{
    private string? _code;

    /// <summary><see cref="CodeText"/> of the text, computed once for all rules.</summary>
    public string Code => _code ??= CodeText.Of(Text);

    public string Name => System.IO.Path.GetFileName(Path);
}
