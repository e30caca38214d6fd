using FlashDrive.Driving;
using FlashDrive.Inference;
using FlashDrive.Inference.Admission;
using FlashDrive.Service.Cli;

namespace FlashDrive.Service.Drive.Replay;

/// <summary>Offers the frames that a log admitted, each with its fate, and compares what comes out with what came out then.</summary>
internal sealed class ReplayScript(AdmissionLog log, string path)
{
    public const string FileName = "admission.jsonl";

    private readonly Dictionary<(string Stream, long Frame), AdmissionEntry> _expected =
        log.Header.Streams.SelectMany(stream => log.Of(stream.Name)).Where(entry => entry.Tokens is not null).ToDictionary(entry => (entry.Stream, entry.Frame));

    private int _same, _different;
    private string? _first;

    public AdmissionLog Log => log;

    public string Path => path;

    /// <exception cref="FlashDriveException">There is no log in the folder.</exception>
    /// <exception cref="InvalidDataException">A line of the log is not what it should be.</exception>
    public static ReplayScript Open(string folder)
    {
        var path = System.IO.Path.Combine(folder, FileName);
        if (!File.Exists(path))
            throw new FlashDriveException(ExitCode.MissingInput, $"no {FileName} in '{folder}': name the folder that a pipelined drive wrote with --out");
        return new(AdmissionLog.Read(path), path);
    }

    /// <summary>A stream's admitted frames.</summary>
    /// <exception cref="FlashDriveException">While it is enumerated: the clip lacks a frame of the log, or has another in its place.</exception>
    public IEnumerable<(FrameBundle Bundle, FrameFate? Fate)> Frames(string stream, IEnumerable<FrameBundle> clip)
    {
        using var bundles = clip.GetEnumerator();
        foreach (var (entry, fate) in log.Admitted(stream))
        {
            do
            {
                if (!bundles.MoveNext()) throw Changed(entry, "the clip ends before it");
            }
            while (bundles.Current.FrameId < entry.Frame);
            var bundle = bundles.Current;
            if (bundle.FrameId != entry.Frame) throw Changed(entry, "the clip does not have it");
            Verify(entry, "images", entry.Images, FrameDigest.OfImages(bundle));
            Verify(entry, "poses or route", entry.Motion, FrameDigest.OfMotion(bundle));
            yield return (bundle, fate);
        }
    }

    /// <summary>Compares a frame's plan, if one was recorded.</summary>
    public void Compare(string stream, long frame, Plan? found)
    {
        if (!_expected.Remove((stream, frame), out var entry)) return;
        var difference = found is not { } plan ? "no plan"
            : FrameDigest.OfTokens(plan) != entry.Tokens ? "other tokens"
            : FrameDigest.OfActions(plan) != entry.Actions ? "another trajectory"
            : null;
        if (difference is null) _same++;
        else Differ(entry, difference);
    }

    /// <param name="whole">The drive came to its end: plans that did not come are missed.</param>
    public ReplayOutcome Outcome(bool whole)
    {
        if (!whole) return new(_same, _different, _first);
        foreach (var entry in _expected.Values.OrderBy(entry => entry.Frame)) Differ(entry, "no plan");
        _expected.Clear();
        return new(_same, _different, _first);
    }

    private void Differ(AdmissionEntry entry, string difference)
    {
        _different++;
        _first ??= $"frame {entry.Frame} of {entry.Stream} has {difference}";
    }

    private void Verify(AdmissionEntry entry, string what, string recorded, string found)
    {
        if (found != recorded) throw Changed(entry, $"its {what} have digest {found} and had {recorded}");
    }

    private FlashDriveException Changed(AdmissionEntry entry, string how) =>
        new(ExitCode.BadData, $"frame {entry.Frame} of {entry.Stream} is not the one that '{path}' recorded: {how}; replay over the clip that was driven");
}

/// <summary>What a replay found: plans with the recorded bits, others, and the first of these.</summary>
internal sealed record ReplayOutcome(int Same, int Different, string? First)
{
    public override string ToString() => Different == 0
        ? $"replay: {Same} recorded plans came again with the same tokens and trajectories, bit for bit"
        : $"replay: {Different} of {Same + Different} recorded plans differ; {First}";
}
