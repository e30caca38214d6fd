using System.Text.RegularExpressions;

namespace FlashDrive.Conventions.Tests;

/// <summary>Every member of the program's ExitCode enumeration has a row in the table of docs/exit-codes.md, and no row is made up.</summary>
internal static partial class DocumentedExitCodes
{
    public static IEnumerable<Violation> In(SourceFile enumeration, SourceFile page)
    {
        var codes = Member().Matches(CodeText.Of(enumeration.Text)).Select(match => match.Groups[1].Value).ToHashSet();
        var rows = Row().Matches(page.Text).Select(match => match.Groups[1].Value).ToHashSet();
        if (codes.Count == 0) yield return new(enumeration.Path, 0, "names no exit code");
        foreach (var code in codes.Except(rows)) yield return new(page.Path, 0, $"exit code {code} has no row");
        foreach (var row in rows.Except(codes)) yield return new(page.Path, 0, $"exit code {row} does not exist in {enumeration.Name}");
    }

    [GeneratedRegex(@"^\s*\w+\s*=\s*(\d+)\s*,?\s*$", RegexOptions.Multiline)]
    private static partial Regex Member();

    [GeneratedRegex(@"^\|\s*`?(\d+)`?\s*\|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
