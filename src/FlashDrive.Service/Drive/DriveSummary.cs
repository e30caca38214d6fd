using System.Text.Encodings.Web;
using System.Text.Json;
using FlashDrive.Inference;
using FlashDrive.Service.Cli;

namespace FlashDrive.Service.Drive;

/// <summary>The end of a drive: latency per stage, throughput, what became of every frame, and the error against the truth.</summary>
public sealed record DriveSummary(DriveSetup Setup, DriveStatistics Statistics, TimeSpan Elapsed, bool Interrupted)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public double PlansPerSecond => Elapsed > TimeSpan.Zero ? Statistics.Planned / Elapsed.TotalSeconds : 0;

    /// <summary>The content of summary.json (docs/plans-schema.md).</summary>
    public string ToJson() => JsonSerializer.Serialize(new
    {
        version = ProgramVersion.Text,
        Setup.Model,
        Setup.Clip,
        Setup.Cameras,
        Setup.Rate,
        Setup.Seed,
        Setup.Samples,
        Setup.Temperature,
        Setup.TopP,
        Setup.Navigation,
        Setup.Ego,
        Interrupted,
        elapsed_seconds = Seconds(Elapsed),
        plans_per_second = Math.Round(PlansPerSecond, 3),
        frames = new
        {
            total = Statistics.Frames,
            Statistics.Planned,
            Statistics.Patched,
            Statistics.Dropped,
            Statistics.Refused,
            Statistics.Failed,
            Statistics.RefusedCameraFrames,
        },
        latency_seconds = Rows().ToDictionary(row => row.Name, row => row.Times is { } t
            ? new { p50 = Seconds(t.P50), p90 = Seconds(t.P90), p99 = Seconds(t.P99), max = Seconds(t.Max) }
            : null),
        ade_m = Rounded(Statistics.Ade),
        min_ade_m = Rounded(Statistics.MinAde),
        plans_with_truth = Statistics.WithTruth,
    }, Json);

    public void WriteText(TextWriter output)
    {
        output.WriteLine($"{"",-11}{"p50",9}{"p90",9}{"p99",9}{"max",9}   ms");
        foreach (var (name, times) in Rows())
        {
            output.WriteLine(times is { } t
                ? FormattableString.Invariant($"{name.Replace('_', ' '),-11}{t.P50.TotalMilliseconds,9:F1}{t.P90.TotalMilliseconds,9:F1}{t.P99.TotalMilliseconds,9:F1}{t.Max.TotalMilliseconds,9:F1}")
                : $"{name.Replace('_', ' '),-11}{"-",9}{"-",9}{"-",9}{"-",9}");
        }
        output.WriteLine(FormattableString.Invariant($"{Statistics.Planned} plans in {Elapsed.TotalSeconds:F1} s, {PlansPerSecond:F2} plans/s"));
        output.WriteLine(Accounting());
        if (Statistics.Ade is { } ade)
            output.WriteLine(FormattableString.Invariant($"ADE@6.4s {ade:F2} m over {Statistics.WithTruth} plans with a known future{(Setup.Samples > 1 ? FormattableString.Invariant($", minADE of {Setup.Samples} {Statistics.MinAde:F2} m") : "")}"));
        if (Interrupted) output.WriteLine("interrupted before the end of the clip");
    }

    internal string Accounting()
    {
        var parts = new List<string> { $"{Statistics.Frames} frames: {Statistics.Planned} planned" };
        if (Statistics.Patched > 0) parts.Add($"{Statistics.Patched} of them patched");
        parts.AddRange(Statistics.Dropped.Select(pair => $"{pair.Value} dropped ({pair.Key})"));
        parts.AddRange(Statistics.Refused.Select(pair => $"{pair.Value} refused ({pair.Key})"));
        parts.AddRange(Statistics.Failed.Select(pair => $"{pair.Value} failed ({pair.Key})"));
        parts.AddRange(Statistics.RefusedCameraFrames.Select(pair => $"{pair.Value} camera frame(s) refused ({pair.Key})"));
        return string.Join(", ", parts);
    }

    private IEnumerable<(string Name, Percentiles? Times)> Rows()
    {
        for (var stage = 0; stage < StageNames.All.Count; stage++) yield return (StageNames.All[stage], Statistics.Stage(stage));
        yield return ("end_to_end", Statistics.EndToEnd);
    }

    private static double Seconds(TimeSpan time) => Math.Round(time.TotalSeconds, 6);

    private static double? Rounded(double? metres) => metres is { } value ? Math.Round(value, 4) : null;
}
