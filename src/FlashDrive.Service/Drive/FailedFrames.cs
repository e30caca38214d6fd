using System.Text.Encodings.Web;
using System.Text.Json;
using FlashDrive.Driving;
using FlashDrive.Service.Reporting;
using StbImageWriteSharp;

namespace FlashDrive.Service.Drive;

/// <summary>Keeps the inputs of frames at which a stage failed, the newest ones: a folder each, with the images and failure.json.</summary>
internal sealed class FailedFrames(string folder)
{
    public const int Most = 16;

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Queue<string> _kept = new(Most);

    public void Save(PlanRecord record, FrameBundle bundle)
    {
        if (_kept.Count == 0 && Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        if (_kept.Count == Most) Directory.Delete(_kept.Dequeue(), recursive: true);
        var target = Path.Combine(folder, FormattableString.Invariant($"{record.Stream}-{record.FrameId:D6}"));
        var partial = $"{target}.{Environment.ProcessId}.part";
        Directory.CreateDirectory(partial);
        foreach (var frame in bundle.Frames)
        {
            using var file = File.Create(Path.Combine(partial, NameOf(frame)));
            new ImageWriter().WritePng(frame.Rgb, frame.Width, frame.Height, ColorComponents.RedGreenBlue, file);
        }
        AtomicFile.WriteText(Path.Combine(partial, "failure.json"), Describe(record, bundle) + "\n");
        Directory.Move(partial, target);
        _kept.Enqueue(target);
    }

    private static string Describe(PlanRecord record, FrameBundle bundle) => JsonSerializer.Serialize(new
    {
        stream = record.Stream,
        frame_id = record.FrameId,
        capture_us = record.CaptureMicroseconds,
        stage = record.Reason,
        reason = record.Cause,
        detail = record.Detail,
        navigation = bundle.Navigation,
        cameras = bundle.Frames.Select(frame => new { camera = CameraCatalog.DatasetName(frame.CameraIndex), index = frame.CameraIndex, capture_us = frame.CaptureMicroseconds, file = NameOf(frame) }),
        history = bundle.History.AsSpan().ToArray().Select(pose => new
        {
            xyz = new[] { pose.Position.X, pose.Position.Y, pose.Position.Z },
            wxyz = new[] { pose.Rotation.W, pose.Rotation.X, pose.Rotation.Y, pose.Rotation.Z },
        }),
    }, Json);

    private static string NameOf(CameraFrame frame) => FormattableString.Invariant($"camera-{frame.CameraIndex}.png");
}
