using System.Text.RegularExpressions;

namespace FlashDrive.Conventions.Tests;

/// <summary>A relative link of a page leads to a file that exists and, with an anchor, to a heading of it.</summary>
internal static partial class MarkdownLinks
{
    /// <param name="read">Text of a file by its path relative to the root, "" for a folder or a binary, null when there is none.</param>
    public static IEnumerable<Violation> In(SourceFile page, Func<string, string?> read)
    {
        var text = CodeFence().Replace(page.Text, match => new string('\n', match.Value.AsSpan().Count('\n')));
        foreach (Match match in Link().Matches(text))
        {
            var target = match.Groups["target"].Value;
            if (target.Contains("://", StringComparison.Ordinal) || target.StartsWith("mailto:", StringComparison.Ordinal)) continue;
            var parts = target.Split('#', 2);
            var path = parts[0].Length == 0 ? page.Path : Resolve(page.Path, parts[0]);
            var line = CodeText.LineOf(text, match.Index);
            if (read(path) is not { } content)
                yield return new(page.Path, line, $"the link to {target} leads nowhere");
            else if (parts.Length == 2 && !Headings(content).Contains(parts[1]))
                yield return new(page.Path, line, $"{path} has no heading for #{parts[1]}");
        }
    }

    private static string Resolve(string page, string target)
    {
        var folder = Path.Combine("/", Path.GetDirectoryName(page) ?? "");
        return Path.GetFullPath(Path.Combine(folder, target)).TrimStart('/');
    }

    private static IEnumerable<string> Headings(string page) =>
        Heading().Matches(page).Select(match => NotInAnchor().Replace(match.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    [GeneratedRegex(@"\[[^\]\n]*\]\((?<target>[^)\s]+)(\s+""[^""]*"")?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#{1,6}\s+(.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchor();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeFence();
}
