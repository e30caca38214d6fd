using System.Text.RegularExpressions;

namespace FlashDrive.Conventions.Tests;

/// <summary>A pattern that no C# file may contain, but for the files and folders named in <paramref name="Except"/>.</summary>
internal sealed record ForbiddenCode(string Rule, string Pattern, params string[] Except)
{
    /// <summary>Results must depend on inputs, seeds and the TimeProvider that was handed in, so these have no place.</summary>
    public static readonly IReadOnlyList<ForbiddenCode> All =
    [
        new("wall clock: take a TimeProvider", @"\bDateTime(Offset)?\s*\.\s*(Utc)?Now\b"),
        new("wall clock: take a TimeProvider", @"\bDateTime\s*\.\s*Today\b"),
        new("wall clock: take a TimeProvider", @"\bEnvironment\s*\.\s*TickCount"),
        new("wall clock: only the program and its benchmarks choose the system's clock", @"\bTimeProvider\s*\.\s*System\b",
            // The rollout only measures durations with it; it is the default of an argument.
            "src/FlashDrive.Inference/SequentialRollout.cs", "src/FlashDrive.Service/", "perf/", "tests/"),
        new("Stopwatch measures only where a duration is the result", @"\bStopwatch\b",
            "src/FlashDrive.Service/Doctor/", "perf/"),
        new("randomness comes from KeyedRandom", @"\bRandom\s*\.\s*Shared\b"),
        new("randomness comes from KeyedRandom", @"\bnew\s+Random\s*\("),
        new("identity comes from keys, not from Guid.NewGuid", @"\bGuid\s*\.\s*NewGuid\b"),
        new("a channel has a bound", @"\bCreateUnbounded\b"),
        new("async void loses exceptions", @"\basync\s+void\b"),
        new("an empty catch hides failures", @"\bcatch\s*(\([^)]*\)\s*)?(when\s*\(.*?\)\s*)?\{\s*\}"),
        new("unfinished code does not land", @"\bNotImplementedException\b"),
        new("a test does not sleep", @"\bThread\s*\.\s*Sleep\b|\bTask\s*\.\s*Delay\s*\(\s*\d", "src/", "actors/", "perf/"),
    ];

    public IEnumerable<Violation> In(SourceFile file)
    {
        if (Except.Any(prefix => file.Path.StartsWith(prefix, StringComparison.Ordinal))) yield break;
        foreach (Match match in Regex.Matches(file.Code, Pattern, RegexOptions.Singleline))
            yield return new(file.Path, CodeText.LineOf(file.Code, match.Index), $"{match.Value.ReplaceLineEndings(" ")}: {Rule}");
    }
}
