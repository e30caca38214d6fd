using System.Text.Json;
using System.Text.Json.Nodes;
using FlashDrive.Driving.Video;

namespace FlashDrive.Driving.Clips;

/// <summary>
/// Writes a clip folder: one H.264 file per camera, then clip.json, so that a folder that was left half-written is no clip. The
/// same frames and poses give the same bytes.
/// </summary>
public sealed class ClipWriter : IDisposable
{
    private readonly string _folder;
    private readonly double _framesPerSecond;
    private readonly VideoWriterOptions? _options;
    private readonly SortedDictionary<int, (VideoWriter Video, List<long> Times)> _cameras = [];

    /// <param name="folder">Made when it does not exist; files in it are replaced.</param>
    public ClipWriter(string folder, double framesPerSecond, VideoWriterOptions? options = null)
    {
        (_folder, _framesPerSecond, _options) = (folder, framesPerSecond, options);
        Directory.CreateDirectory(folder);
        // An old clip.json would describe the new videos wrongly.
        File.Delete(Path.Combine(folder, ClipDocument.FileName));
    }

    /// <summary>Appends a frame to its camera's video; the first one of a camera decides its size (even).</summary>
    /// <exception cref="ClipException">ffmpeg_missing or ffmpeg_failed.</exception>
    public void Write(CameraFrame frame)
    {
        if (!_cameras.TryGetValue(frame.CameraIndex, out var camera))
        {
            var path = Path.Combine(_folder, FileOf(frame.CameraIndex));
            _cameras[frame.CameraIndex] = camera = (new(path, frame.Width, frame.Height, _framesPerSecond, _options), []);
        }
        camera.Video.Write(frame.Rgb);
        camera.Times.Add(frame.CaptureMicroseconds);
    }

    /// <summary>Finishes the videos and writes clip.json.</summary>
    /// <param name="poses">Ego poses at 10 Hz or more; null for a clip without.</param>
    /// <param name="groundTruth">Whether the poses are the path that was driven.</param>
    /// <param name="annotations">Anything the maker wants to keep beside it; readers ignore it.</param>
    /// <exception cref="ClipException">ffmpeg_failed.</exception>
    public void Complete(string name, IReadOnlyList<TimedPose>? poses, bool groundTruth = true,
        IReadOnlyList<NavigationInstruction>? navigation = null, JsonNode? annotations = null)
    {
        foreach (var (video, _) in _cameras.Values) video.Complete();
        var path = Path.Combine(_folder, ClipDocument.FileName);
        using (var stream = File.Create(path + ".partial"))
        using (var json = new Utf8JsonWriter(stream, new() { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("version", ClipDocument.Version);
            json.WriteString("name", name);
            json.WriteNumber("fps", _framesPerSecond);
            WriteCameras(json);
            if (navigation is { Count: > 0 }) WriteNavigation(json, navigation);
            json.WriteBoolean("ground_truth", groundTruth);
            if (annotations is not null)
            {
                json.WritePropertyName("annotations");
                annotations.WriteTo(json);
            }
            if (poses is not null) WritePoses(json, poses);
            json.WriteEndObject();
        }
        File.Move(path + ".partial", path, overwrite: true);
    }

    public void Dispose()
    {
        foreach (var (video, _) in _cameras.Values) video.Dispose();
    }

    private static string FileOf(int camera) => CameraCatalog.DatasetName(camera) + ".mp4";

    private void WriteCameras(Utf8JsonWriter json)
    {
        json.WriteStartArray("cameras");
        foreach (var (index, (_, times)) in _cameras)
        {
            json.WriteStartObject();
            json.WriteString("name", CameraCatalog.DatasetName(index));
            json.WriteNumber("index", index);
            json.WriteString("file", FileOf(index));
            json.WritePropertyName("timestamps_us");
            json.WriteRawValue($"[{string.Join(", ", times)}]");
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteNavigation(Utf8JsonWriter json, IReadOnlyList<NavigationInstruction> navigation)
    {
        json.WriteStartArray("navigation");
        foreach (var instruction in navigation)
        {
            json.WriteStartObject();
            json.WriteNumber("from_us", instruction.FromMicroseconds);
            json.WriteString("text", instruction.Text);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WritePoses(Utf8JsonWriter json, IReadOnlyList<TimedPose> poses)
    {
        json.WriteStartArray("ego_poses");
        foreach (var (time, pose) in poses)
        {
            var (p, q) = (pose.Position, pose.Rotation);
            // Raw, so that a pose is one line.
            json.WriteRawValue(FormattableString.Invariant($"[{time}, {p.X:R}, {p.Y:R}, {p.Z:R}, {q.W:R}, {q.X:R}, {q.Y:R}, {q.Z:R}]"));
        }
        json.WriteEndArray();
    }
}
