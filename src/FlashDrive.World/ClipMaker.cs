using System.Text.Json.Nodes;
using FlashDrive.Driving;
using FlashDrive.Driving.Clips;

namespace FlashDrive.World;

/// <summary>Records an <see cref="Episode"/> as a clip folder: one H.264 video per camera at 10 Hz, clip.json with the ego poses and the expert's words.</summary>
public static class ClipMaker
{
    public const int DefaultWidth = 320, DefaultHeight = 192;
    public const double FramesPerSecond = 10;

    private const long MomentMicroseconds = 100_000;

    /// <summary>
    /// Frames lie at 0, 0.1, … s, the last one 0.1 s before the end; poses begin 1.6 s before the first frame and end 6.4 s after the
    /// drive, so that every frame has a history and a ground truth.
    /// </summary>
    /// <param name="folder">Made when it does not exist.</param>
    /// <param name="seconds">1 … <see cref="Episode.LongestSeconds"/>.</param>
    /// <param name="width">Pixels, even, at least 16; <paramref name="height"/> too.</param>
    /// <param name="progress">Told the part done, 0..1, after every moment.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length or size outside its range.</exception>
    /// <exception cref="ClipException">ffmpeg is missing or failed.</exception>
    public static void Make(string folder, ulong seed, double seconds, int width = DefaultWidth, int height = DefaultHeight,
        IProgress<double>? progress = null, CancellationToken cancel = default)
    {
        var episode = Episode.Create(seed, seconds);
        var frames = (int)Math.Floor(seconds * FramesPerSecond + 1e-6);
        using var writer = new ClipWriter(folder, FramesPerSecond);
        var words = new JsonArray();
        string? last = null;
        for (var i = 0; i < frames; i++)
        {
            cancel.ThrowIfCancellationRequested();
            var time = i / FramesPerSecond;
            foreach (var camera in CameraCatalog.DefaultIndices)
            {
                var rgb = new byte[width * height * 3];
                episode.Render(camera, time, width, height, rgb);
                writer.Write(new(camera, i * MomentMicroseconds, width, height, rgb));
            }
            var window = episode.WindowAt(time);
            if (window.Sentence != last)
            {
                words.Add(new JsonObject { ["from_us"] = i * MomentMicroseconds, ["cause"] = window.Cause.ToString(), ["manoeuvre"] = window.Manoeuvre.ToString(), ["sentence"] = window.Sentence });
                last = window.Sentence;
            }
            progress?.Report((i + 1.0) / frames);
        }
        writer.Complete($"world seed {seed}, {seconds.ToString(System.Globalization.CultureInfo.InvariantCulture)} s", Poses(episode),
            annotations: new JsonObject { ["seed"] = seed, ["expert"] = words });
    }

    private static TimedPose[] Poses(Episode episode)
    {
        const int before = EgoHistory.Poses;
        var poses = new TimedPose[before + episode.Moments + Trajectory.Points];
        for (var i = 0; i < poses.Length; i++) poses[i] = new((i - before) * MomentMicroseconds, episode.PoseAt((i - before) / FramesPerSecond));
        return poses;
    }
}
