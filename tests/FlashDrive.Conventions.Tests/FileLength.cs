namespace FlashDrive.Conventions.Tests;

internal static class FileLength
{
    public const int MostLines = 500;

    public static IEnumerable<Violation> In(SourceFile file)
    {
        var lines = file.Text.AsSpan().Count('\n');
        if (lines > MostLines) yield return new(file.Path, 0, $"{lines} lines, at most {MostLines}: split it by concept");
    }
}
