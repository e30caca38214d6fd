using System.Text.RegularExpressions;

namespace FlashDrive.Conventions.Tests;

/// <summary>Words that no file may contain, comments and strings included. Written in halves so that this file passes its own rule.</summary>
internal static class ForbiddenWords
{
    private static readonly (string Rule, string Pattern)[] Patterns =
    [
        ("unfinished work does not land", @"\b(TO" + @"DO|FIX" + @"ME|HA" + @"CK|XX" + @"X)\b"),
        ("a path of one machine", @"(?<![\w.~$}/-])/(wo" + @"rk|ho" + @"me|ro" + @"ot|Us" + @"ers)/"),
        ("a path of one machine", @"\b[A-Z]:\\" + @"\\?[A-Za-z]"),
    ];

    public static IEnumerable<Violation> In(SourceFile file)
    {
        foreach (var (rule, pattern) in Patterns)
            foreach (Match match in Regex.Matches(file.Text, pattern))
                yield return new(file.Path, CodeText.LineOf(file.Text, match.Index), $"{match.Value}: {rule}");
    }
}
