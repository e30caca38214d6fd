using FlashDrive.Driving;
using FlashDrive.Inference;
using FlashDrive.Service.Reporting;

namespace FlashDrive.Service.Drive;

/// <summary>A line per plan, for pipes, logs and dumb terminals.</summary>
public sealed class PlainView(TextWriter output) : IDriveView
{
    private bool _named;

    public void Say(string line) => output.WriteLine(line);

    public IProgress<double> Progress(string what) => new PartDone(output, what, terminal: false);

    public void Begin(DriveSetup setup)
    {
        output.WriteLine($"model {setup.Model}");
        output.WriteLine($"clip {setup.Clip}{(setup.Frames is { } frames ? $", {frames} frames" : "")}, cameras: {string.Join(", ", setup.Cameras)}");
        output.WriteLine(FormattableString.Invariant($"rate {setup.Rate}, seed {setup.Seed}, samples {setup.Samples}, temperature {setup.Temperature}, top-p {setup.TopP}{(setup.Streams > 1 ? FormattableString.Invariant($", {setup.Streams} streams") : "")}"));
        foreach (var way in setup.Ways) output.WriteLine(way);
        _named = setup.Streams > 1;
    }

    public void Show(PlanRecord record, DriveStatistics soFar) => output.WriteLine(_named ? $"{record.Stream} {LineOf(record)}" : LineOf(record));

    public void Show(RefusedFrame refused) => output.WriteLine($"refused ({refused.Reason}): {refused.Message}");

    public void End(DriveSummary summary)
    {
        output.WriteLine();
        summary.WriteText(output);
    }

    public void Dispose() => output.Flush();

    internal static string LineOf(PlanRecord record)
    {
        if (record.Outcome == PlanOutcome.Fallback)
            return FormattableString.Invariant($"fallback: the plan of frame {record.FrameId} continued, braking, {record.Age.TotalMilliseconds:F0} ms after its frame");
        if (!record.HasPlan) return $"frame {record.FrameId}: {record.Outcome.ToString().ToLowerInvariant()} ({record.Reason}){(record.Detail is { } detail ? $": {detail}" : "")}";
        var end = record.Trajectories[0].End;
        var stages = string.Join(' ', StageNames.All.Select((name, i) => FormattableString.Invariant($"{name} {record.Stages.Of(i).TotalMilliseconds:F0}")));
        var error = record.Ade is { } ade ? FormattableString.Invariant($", ADE {ade:F2} m") : "";
        return FormattableString.Invariant($"frame {record.FrameId}: {record.Latency.TotalMilliseconds:F0} ms ({stages}), in 6.4 s at ({end.X:F1}, {end.Y:F1}) m{error}{(record.Patched ? ", patched" : "")}{(record.Outcome == PlanOutcome.Late ? ", late" : "")}: {Printable.Of(record.Reasoning)}");
    }
}
