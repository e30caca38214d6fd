using System.Globalization;
using System.Text;
using FlashDrive.Actors.Observation;
using FlashDrive.Actors.Streams;
using FlashDrive.Inference;
using FlashDrive.Service.Reporting;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace FlashDrive.Service.Drive.Pipelined;

/// <summary>
/// A pipelined drive at one moment: the sentence, the path from above, the stages' times, what ran when, the accounts, credits, age.
/// With several streams the picture is the first one's, and each has a line.
/// </summary>
internal sealed class PipelinePicture(DriveSetup setup, BirdsEyePlot plot)
{
    private const int LabelWidth = 9;

    private static readonly string[] Colours = ["green", "yellow", "blue", "magenta", "cyan", "red"];

    public IRenderable Draw(DriveSnapshot now, int width)
    {
        var path = new Panel(new Text(string.Join('\n', plot.Draw(now.Last?.Trajectories ?? [])), new Style(Color.Green))).Header("from above").BorderColor(Color.Grey);
        var right = new Rows(Sentence(now.Last), Text.Empty, new Text(Times(now)));
        var top = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn().AddRow(path, right);
        return new Rows(
            top, new Markup(Timeline(now, Math.Max(width - LabelWidth, 20))), new Text(Scale(width)),
            new Text($"{Accounts(now)}\n{Credits(now)}"), new Text(StreamLines(now)));
    }

    private static Markup Sentence(PlanRecord? last) => last switch
    {
        null => new("[grey]no frame has ended yet[/]"),
        { Trajectories.Count: > 0 } => new(ThoughtMarkup.Of(last, last.Outcome == PlanOutcome.Fallback ? "yellow" : "green")
            + (last.Outcome switch { PlanOutcome.Fallback => " [yellow](continued, braking: no plan came)[/]", PlanOutcome.Late => " [yellow](late)[/]", _ => "" })),
        _ => new($"[yellow]no plan yet: {Markup.Escape(last.Detail ?? last.Reason ?? "")}[/]"),
    };

    private static string Times(DriveSnapshot now)
    {
        var text = new StringBuilder(FormattableString.Invariant($"{"ms",-11}{"last",8}{"p50",8}{"p99",8}\n"));
        var last = now.Last?.HasPlan == true ? now.Last : null;
        for (var stage = 0; stage < StageNames.All.Count; stage++) Append(StageNames.All[stage], last?.Stages.Of(stage), now.Total.Stage(stage));
        Append("queue wait", last?.Queued, now.Total.Queued);
        Append("end to end", last?.Latency, now.Total.EndToEnd);
        if (now.Total.Ade is { } ade) text.Append(CultureInfo.InvariantCulture, $"\nADE@6.4s {ade:F2} m so far");
        return text.ToString();

        void Append(string name, TimeSpan? value, Percentiles? all) => text.Append(CultureInfo.InvariantCulture, $"{name,-11}{Ms(value),8}{Ms(all?.P50),8}{Ms(all?.P99),8}\n");
    }

    private string Timeline(DriveSnapshot now, int columns)
    {
        var text = new StringBuilder();
        foreach (var (stage, cells) in TimelineDrawing.Draw(now.Spans, now.Now, DriveSnapshot.TimelineLength, columns))
        {
            text.Append(CultureInfo.InvariantCulture, $"{stage,-LabelWidth}");
            foreach (var cell in cells)
            {
                if (cell is { } taken) text.Append(CultureInfo.InvariantCulture, $"[black on {ColourOf(taken)}]{taken.Frame % 10}[/]");
                else text.Append(' ');
            }
            text.Append('\n');
        }
        return text.ToString(0, text.Length - 1);
    }

    /// <summary>One stream: a colour a frame. Several: a colour a stream, the digit tells the frame.</summary>
    private string ColourOf(TimelineCell cell) => Colours[(int)((setup.Streams == 1 ? cell.Frame : cell.Stream) % Colours.Length)];

    private static string Scale(int width)
    {
        var length = FormattableString.Invariant($"{DriveSnapshot.TimelineLength.TotalMilliseconds:F0} ms ago");
        return new string(' ', LabelWidth) + length + "now; digits are frames".PadLeft(Math.Max(width - LabelWidth - length.Length, 0));
    }

    private string Accounts(DriveSnapshot now)
    {
        var (total, open) = (now.Total, now.Streams.Sum(stream => stream.Counts.Open));
        var of = setup.Frames is { } frames ? FormattableString.Invariant($" of {(long)frames * setup.Streams}") : "";
        var parts = new List<string> { FormattableString.Invariant($"{now.Streams.Sum(stream => stream.Counts.Offered)}{of} frames: {total.Planned} planned") };
        if (total.Late > 0) parts.Add($"{total.Late} late");
        parts.AddRange(total.Dropped.Select(pair => $"{pair.Value} {pair.Key}"));
        parts.AddRange(total.Refused.Select(pair => $"{pair.Value} refused ({pair.Key})"));
        parts.AddRange(total.Failed.Select(pair => $"{pair.Value} failed ({pair.Key})"));
        parts.Add($"{open} in flight");
        if (total.Fallbacks > 0) parts.Add($"{total.Fallbacks} fallbacks");
        return string.Join(", ", parts);
    }

    private static string Credits(DriveSnapshot now)
    {
        var credits = string.Join(", ", now.Credits.Select(credit => $"{credit.Kind} {credit.InUse}/{credit.Total}"));
        var plans = now.Now > TimeSpan.Zero ? now.Total.Plans / now.Now.TotalSeconds : 0;
        return FormattableString.Invariant($"credits in use: {credits}; {plans:F1} plans/s{Age(now.Last)}{(now.Health == EngineHealth.Degraded ? "; DEGRADED" : "")}");
    }

    private static string StreamLines(DriveSnapshot now) => now.Streams.Count == 1 && now.Streams[0].Health == EngineHealth.Healthy
        ? ""
        : string.Join('\n', now.Streams.Select(stream => $"{stream.Name}: {Summary(stream.Counts)}{Age(stream.Last)}{(stream.Health == EngineHealth.Degraded ? "; DEGRADED" : "")}{Words(stream.Last)}"));

    private static string Summary(StreamCounts counts) =>
        $"{counts.Planned} planned, {counts.Late} late, {counts.Dropped} dropped, {counts.Refused} refused, {counts.Failed} failed, {counts.Open} in flight";

    private static string Words(PlanRecord? last) => last is { Trajectories.Count: > 0 } ? $": {Printable.Of(last.Reasoning)}" : "";

    private static string Age(PlanRecord? last) => last is { Trajectories.Count: > 0 } ? $", age {Ms(last.Age)} ms" : "";

    private static string Ms(TimeSpan? time) => time is { } t ? FormattableString.Invariant($"{t.TotalMilliseconds:F1}") : "-";
}
