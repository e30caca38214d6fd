using FlashDrive.Driving;
using FlashDrive.Service.Reporting;

namespace FlashDrive.Service.Drive;

/// <summary>
/// The folder of <c>--out</c>: plans.jsonl, summary.json, plan.svg of the last plan, one picture a second under plans/ and the inputs of
/// failed frames under failed/.
/// plans.jsonl grows under a temporary name and is renamed when the drive ends.
/// </summary>
public sealed class DriveOutput : IDisposable
{
    private const int FramesPerPicture = 10;

    private readonly string _folder, _partial;
    private readonly FileStream _plans;
    private readonly FailedFrames _failed;
    private (PlanRecord Record, FrameBundle Bundle)? _last;

    /// <exception cref="IOException">The folder cannot be made or written.</exception>
    public DriveOutput(string folder)
    {
        _folder = Path.GetFullPath(folder);
        Directory.CreateDirectory(Path.Combine(_folder, "plans"));
        _partial = Path.Combine(_folder, $"plans.jsonl.{Environment.ProcessId}.part");
        _failed = new(Path.Combine(_folder, "failed"));
        _plans = new(_partial, FileMode.Create, FileAccess.Write);
    }

    public string PathOf(string name) => Path.Combine(_folder, name);

    /// <param name="bundle">Null for a fallback, which has none of its own.</param>
    public void Add(PlanRecord record, FrameBundle? bundle)
    {
        PlanJson.WriteLine(record, _plans);
        if (record.Outcome == PlanOutcome.Failed && bundle is not null) _failed.Save(record, bundle);
        // Pictures are of the first stream; the others drive the same clip.
        if (!record.HasPlan || bundle is null || record.Stream != DriveStream.NameOf(0)) return;
        _last = (record, bundle);
        if (record.FrameId % FramesPerPicture == 0)
            AtomicFile.WriteText(Path.Combine(_folder, "plans", FormattableString.Invariant($"plan-{record.FrameId:D6}.svg")), Picture(record, bundle));
    }

    public void Complete(DriveSummary summary)
    {
        _plans.Dispose();
        File.Move(_partial, Path.Combine(_folder, "plans.jsonl"), overwrite: true);
        AtomicFile.WriteText(Path.Combine(_folder, "summary.json"), summary.ToJson() + "\n");
        if (_last is { } last) AtomicFile.WriteText(Path.Combine(_folder, "plan.svg"), Picture(last.Record, last.Bundle));
    }

    /// <summary>A drive that failed leaves no half-written plans behind.</summary>
    public void Dispose()
    {
        try
        {
            _plans.Dispose();
        }
        finally
        {
            // What is still in the buffer may not fit on the disk.
            File.Delete(_partial);
        }
    }

    private static string Picture(PlanRecord record, FrameBundle bundle) => PlanPicture.Draw(record, bundle.Frames, bundle.History);
}
