using FlashDrive.Driving.Motion;
using FlashDrive.Driving.Video;

namespace FlashDrive.Driving.Clips;

/// <summary>
/// A recorded drive: a folder with clip.json and one video (or numbered images) per camera, or a bare video file of one forward
/// camera. docs/clip-format.md describes it.
/// </summary>
public sealed class Clip
{
    /// <summary>Index of the camera a bare video is taken for: the front wide one.</summary>
    public const int BareVideoCamera = 1;

    internal Clip(string path, string name, double framesPerSecond, IReadOnlyList<ClipCamera> cameras, EgoMotion? ego, bool hasGroundTruth,
        IReadOnlyList<NavigationInstruction> navigation)
    {
        (Path, Name, FramesPerSecond, Ego, Navigation) = (path, name, framesPerSecond, ego, navigation);
        Cameras = cameras.OrderBy(c => c.Index).ToArray();
        HasGroundTruth = hasGroundTruth && ego is { IsAssumed: false };
    }

    public string Path { get; }

    public string Name { get; }

    /// <summary>Nominal frame rate of the cameras.</summary>
    public double FramesPerSecond { get; }

    /// <summary>In ascending index.</summary>
    public IReadOnlyList<ClipCamera> Cameras { get; }

    /// <summary>Null when the clip has no poses and none were given.</summary>
    public EgoMotion? Ego { get; }

    /// <summary>True when the poses are the path that was driven, so that plans can be scored against it.</summary>
    public bool HasGroundTruth { get; }

    /// <summary>In ascending time; empty without a route.</summary>
    public IReadOnlyList<NavigationInstruction> Navigation { get; }

    /// <summary>What is odd about its videos without making them unusable, one line each, e.g. a file that breaks off.</summary>
    public IReadOnlyList<string> Warnings =>
        Cameras.Select(c => c.Source).OfType<VideoSource>().Select(s => s.Info.Complaint).OfType<string>().ToArray();

    /// <summary>Reads and checks a clip; decodes no frame.</summary>
    /// <param name="path">A folder with clip.json, the clip.json itself, or a video file.</param>
    /// <param name="ego">Poses that take the place of the clip's own, e.g. of <see cref="EgoSource.Parse"/>.</param>
    /// <exception cref="ClipException">The first fault found, with its stable reason.</exception>
    public static Clip Load(string path, EgoMotion? ego = null)
    {
        if (Directory.Exists(path))
        {
            var file = System.IO.Path.Combine(path, ClipDocument.FileName);
            if (!File.Exists(file)) throw new ClipException(ClipFault.MissingFile, $"'{path}' is no clip: it has no {ClipDocument.FileName}");
            return ClipDocument.Read(file, ego);
        }
        if (!File.Exists(path)) throw new ClipException(ClipFault.MissingFile, $"'{path}' does not exist; a clip is a folder with {ClipDocument.FileName} or a video file");
        return System.IO.Path.GetFileName(path) == ClipDocument.FileName ? ClipDocument.Read(path, ego) : LoadVideo(path, ego);
    }

    /// <summary>The route text in force; null without one.</summary>
    public string? NavigationAt(long microseconds) =>
        Navigation.LastOrDefault(n => n.FromMicroseconds <= microseconds) is { Text.Length: > 0 } instruction ? instruction.Text : null;

    private static Clip LoadVideo(string path, EgoMotion? ego)
    {
        var info = VideoInfo.Probe(path);
        // A bare video has no clock of its own: recorded poses lend it theirs, from the first one on.
        var start = ego is { IsAssumed: false } ? ego.FirstMicroseconds : 0;
        var times = info.TimestampsMicroseconds.Select(t => start + t).ToArray();
        return new(path, System.IO.Path.GetFileNameWithoutExtension(path), info.FramesPerSecond,
            [new(BareVideoCamera, new VideoSource(info), times)], ego, hasGroundTruth: true, []);
    }
}
