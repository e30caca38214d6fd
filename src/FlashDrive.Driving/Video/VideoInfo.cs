using System.Globalization;

namespace FlashDrive.Driving.Video;

/// <summary>What a video file says about itself.</summary>
/// <param name="Path">The file.</param>
/// <param name="Width">Coded picture width in pixels, before any display rotation.</param>
/// <param name="Height">Coded picture height in pixels.</param>
/// <param name="Codec">ffmpeg's name of the codec.</param>
/// <param name="FramesPerSecond">Average frame rate; 0 when the file does not say.</param>
/// <param name="Ticks">Presentation time of every frame in units of the stream's time base, ascending; null when the container stores none.</param>
/// <param name="TimestampsMicroseconds">Presentation time of every frame relative to the first, ascending.</param>
public sealed record VideoInfo(
    string Path, int Width, int Height, string Codec, double FramesPerSecond, IReadOnlyList<long>? Ticks, IReadOnlyList<long> TimestampsMicroseconds)
{
    /// <summary>What ffprobe complained of in one line, e.g. that the file ends too early; null when nothing.</summary>
    public string? Complaint { get; init; }

    public int FrameCount => TimestampsMicroseconds.Count;

    /// <summary>Asks ffprobe; reads the packets' headers, decodes nothing.</summary>
    /// <exception cref="ClipException">missing_file, corrupt_video, no_video_stream or ffmpeg_missing.</exception>
    public static VideoInfo Probe(string path)
    {
        if (!File.Exists(path)) throw new ClipException(ClipFault.MissingFile, $"'{path}' does not exist");
        using var probe = FfmpegProcess.Start("ffprobe",
        [
            "-v", "level+error", "-protocol_whitelist", "file", "-select_streams", "V:0",
            "-show_entries", "stream=codec_name,width,height,avg_frame_rate,r_frame_rate,time_base:packet=pts,flags", "-of", "compact", Ffmpeg.Url(path),
        ], writesInput: false, _ => { });

        var ticks = new List<long>();
        Dictionary<string, string>? stream = null;
        var untimed = 0;
        using (var reader = new StreamReader(probe.Output))
        {
            while (reader.ReadLine() is { } line)
            {
                var fields = Fields(line);
                if (line.StartsWith("stream|", StringComparison.Ordinal)) stream = fields;
                else if (line.StartsWith("packet|", StringComparison.Ordinal) && !IsDiscarded(fields))
                {
                    if (long.TryParse(fields.GetValueOrDefault("pts"), CultureInfo.InvariantCulture, out var pts)) ticks.Add(pts);
                    else untimed++;
                }
            }
        }

        var exit = probe.WaitForExit();
        if (stream is null)
        {
            throw exit != 0
                ? new ClipException(ClipFault.CorruptVideo, $"'{path}' is not a video ffmpeg can read: {probe.LastMessages()}")
                : new ClipException(ClipFault.NoVideoStream, $"'{path}' has no video stream");
        }
        if (!int.TryParse(stream.GetValueOrDefault("width"), out var width) || !int.TryParse(stream.GetValueOrDefault("height"), out var height)
            || width <= 0 || height <= 0 || ticks.Count + untimed == 0)
            throw new ClipException(ClipFault.CorruptVideo, $"'{path}' has no picture that can be decoded: {probe.LastMessages()}");

        var (rate, _) = Ratio(stream.GetValueOrDefault("avg_frame_rate"));
        if (rate == 0) (rate, _) = Ratio(stream.GetValueOrDefault("r_frame_rate"));
        var codec = stream.GetValueOrDefault("codec_name") ?? "unknown";
        var complaint = probe.HasMessages ? $"'{path}': {probe.LastMessages()}" : null;
        if (untimed > 0)
        {
            var step = 1e6 / (rate > 0 ? rate : 25);
            return new(path, width, height, codec, rate, null, Enumerable.Range(0, ticks.Count + untimed).Select(i => (long)Math.Round(i * step)).ToArray()) { Complaint = complaint };
        }
        ticks.Sort();
        var (_, (numerator, denominator)) = Ratio(stream.GetValueOrDefault("time_base"));
        if (denominator == 0) throw new ClipException(ClipFault.CorruptVideo, $"'{path}' has no time base");
        var times = ticks.Select(t => (long)Math.Round((decimal)(t - ticks[0]) * numerator * 1_000_000 / denominator)).ToArray();
        return new(path, width, height, codec, rate, ticks, times) { Complaint = complaint };
    }

    private static bool IsDiscarded(Dictionary<string, string> fields) => fields.GetValueOrDefault("flags")?.Contains('D') == true;

    private static Dictionary<string, string> Fields(string line)
    {
        var fields = new Dictionary<string, string>();
        foreach (var part in line.Split('|'))
        {
            var equals = part.IndexOf('=');
            if (equals > 0) fields[part[..equals]] = part[(equals + 1)..];
        }
        return fields;
    }

    private static (double Value, (long Numerator, long Denominator) Parts) Ratio(string? text)
    {
        var parts = text?.Split('/') ?? [];
        return parts.Length == 2 && long.TryParse(parts[0], CultureInfo.InvariantCulture, out var n) && long.TryParse(parts[1], CultureInfo.InvariantCulture, out var d) && d != 0
            ? ((double)n / d, (n, d)) : (0, (0, 0));
    }
}
