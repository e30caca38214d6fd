using System.Text.Encodings.Web;
using System.Text.Json;
using FlashDrive.Actors.Streams;
using FlashDrive.Inference;
using FlashDrive.Service.Cli;
using FlashDrive.Service.Drive.Replay;

namespace FlashDrive.Service.Drive;

/// <summary>The end of a drive: latency per stage, throughput, what became of every frame, and the error against the truth.</summary>
public sealed record DriveSummary(DriveSetup Setup, DriveStatistics Statistics, TimeSpan Elapsed, bool Interrupted)
{
    /// <summary>The engine's own accounts by stream; empty for a sequential drive.</summary>
    public IReadOnlyList<(string Name, StreamCounts Counts)> Accounts { get; init; } = [];

    /// <summary>What each stream added up to.</summary>
    public IReadOnlyDictionary<string, DriveStatistics> Streams { get; init; } = new Dictionary<string, DriveStatistics>();

    /// <summary>What a replay found; null for a drive of its own.</summary>
    internal ReplayOutcome? Replay { get; init; }

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public double PlansPerSecond => Elapsed > TimeSpan.Zero ? Statistics.Plans / Elapsed.TotalSeconds : 0;

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
        way = Setup.IsPipelined ? "pipelined" : "sequential",
        serial_latency_seconds = Setup.SerialLatency is { } serial ? Seconds(serial) : (double?)null,
        limits_seconds = Setup.Limits is { } limits
            ? new { deadline = Seconds(limits.Deadline), stale_after = Seconds(limits.StaleAfter), fallback_after = Seconds(limits.FallbackAfter), ready_max_age = Seconds(limits.ReadyMaxAge) }
            : null,
        elapsed_seconds = Seconds(Elapsed),
        plans_per_second = Math.Round(PlansPerSecond, 3),
        frames = new
        {
            total = Statistics.Frames,
            Statistics.Planned,
            Statistics.Late,
            Statistics.Patched,
            Statistics.Dropped,
            Statistics.Refused,
            Statistics.Failed,
            Statistics.RefusedCameraFrames,
        },
        Statistics.Fallbacks,
        camera_spread_seconds = Seconds(Statistics.CameraSpread),
        streams = Streams.Select(stream => new { name = stream.Key, plans = stream.Value.Plans, ade_m = Rounded(stream.Value.Ade), latency_p50_seconds = Seconds(stream.Value.EndToEnd?.P50 ?? default) }),
        latency_seconds = Rows().ToDictionary(row => row.Name, row => row.Times is { } t
            ? new { p50 = Seconds(t.P50), p90 = Seconds(t.P90), p99 = Seconds(t.P99), max = Seconds(t.Max) }
            : null),
        ade_m = Rounded(Statistics.Ade),
        min_ade_m = Rounded(Statistics.MinAde),
        plans_with_truth = Statistics.WithTruth,
        replay = Replay is { } replay ? new { replay.Same, replay.Different, replay.First } : null,
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
        output.WriteLine(FormattableString.Invariant($"{Statistics.Plans} plans in {Elapsed.TotalSeconds:F1} s, {PlansPerSecond:F2} plans/s"));
        output.WriteLine(Accounting());
        foreach (var (name, counts) in Accounts) output.WriteLine(Account(name, counts));
        if (Statistics.CameraSpread > TimeSpan.Zero) output.WriteLine(FormattableString.Invariant($"cameras of one tick at most {Statistics.CameraSpread.TotalMilliseconds:F1} ms apart"));
        if (Statistics.Ade is { } ade)
            output.WriteLine(FormattableString.Invariant($"ADE@6.4s {ade:F2} m over {Statistics.WithTruth} plans with a known future{(Setup.Samples > 1 ? FormattableString.Invariant($", minADE of {Setup.Samples} {Statistics.MinAde:F2} m") : "")}"));
        if (Replay is { } replay) output.WriteLine(replay.ToString());
        if (Interrupted) output.WriteLine("interrupted before the end of the clip");
    }

    internal string Accounting()
    {
        var parts = new List<string> { $"{Statistics.Frames} frames: {Statistics.Planned} planned" };
        if (Statistics.Late > 0) parts.Add($"{Statistics.Late} late");
        if (Statistics.Patched > 0) parts.Add($"{Statistics.Patched} of them patched");
        parts.AddRange(Statistics.Dropped.Select(pair => $"{pair.Value} dropped ({pair.Key})"));
        parts.AddRange(Statistics.Refused.Select(pair => $"{pair.Value} refused ({pair.Key})"));
        parts.AddRange(Statistics.Failed.Select(pair => $"{pair.Value} failed ({pair.Key})"));
        parts.AddRange(Statistics.RefusedCameraFrames.Select(pair => $"{pair.Value} camera frame(s) refused ({pair.Key})"));
        if (Statistics.Fallbacks > 0) parts.Add($"{Statistics.Fallbacks} fallback(s) published");
        return string.Join(", ", parts);
    }

    /// <summary>Shows that every frame that was offered ended exactly once.</summary>
    private static string Account(string name, StreamCounts counts) =>
        $"{name}: {counts.Offered} offered = {counts.Planned} planned + {counts.Late} late + {counts.Dropped} dropped + {counts.Refused} refused + {counts.Failed} failed"
        + (counts.Open == 0 ? "" : $" + {counts.Open} open");

    private IEnumerable<(string Name, Percentiles? Times)> Rows()
    {
        for (var stage = 0; stage < StageNames.All.Count; stage++) yield return (StageNames.All[stage], Statistics.Stage(stage));
        if (Setup.IsPipelined) yield return ("queue_wait", Statistics.Queued);
        yield return ("end_to_end", Statistics.EndToEnd);
    }

    private static double Seconds(TimeSpan time) => Math.Round(time.TotalSeconds, 6);

    private static double? Rounded(double? metres) => metres is { } value ? Math.Round(value, 4) : null;
}
