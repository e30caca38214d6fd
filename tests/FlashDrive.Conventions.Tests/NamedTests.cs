using System.Text.RegularExpressions;

namespace FlashDrive.Conventions.Tests;

/// <summary>A page that names a test as proof names one that exists.</summary>
internal static partial class NamedTests
{
    /// <summary>Violations of a page against the code of all tests.</summary>
    public static IEnumerable<Violation> In(SourceFile page, IReadOnlyList<SourceFile> tests)
    {
        foreach (Match named in Named().Matches(page.Text))
        {
            var (type, method) = (named.Groups["type"].Value, named.Groups["method"].Value);
            if (!tests.Any(file => Declares(file, type, method)))
                yield return new(page.Path, CodeText.LineOf(page.Text, named.Index), $"there is no test {type}.{method}");
        }
    }

    private static bool Declares(SourceFile file, string type, string method) =>
        Regex.IsMatch(file.Code, $@"\bclass\s+{type}\b") && Regex.IsMatch(file.Code, $@"\[(Fact|Theory)[^\]]*\](\s*\[[^\]]*\])*\s*public\s+(async\s+Task|void)\s+{method}\s*\(");

    [GeneratedRegex("`(?<type>[A-Z][A-Za-z]*Tests)\\.(?<method>[A-Z][A-Za-z0-9_]*)`")]
    private static partial Regex Named();
}
