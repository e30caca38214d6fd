using System.Globalization;

namespace FlashDrive.Driving.Video;

/// <summary>How <see cref="VideoWriter"/> encodes.</summary>
/// <param name="ConstantRateFactor">x264 quality, 0 (lossless, large) … 51; 18 is visually clean.</param>
/// <param name="KeyFrameInterval">
/// Frames per key frame. 1 by default: larger files, but a damaged packet costs one frame and no later one.
/// </param>
public sealed record VideoWriterOptions(int ConstantRateFactor = 20, int KeyFrameInterval = 1);

/// <summary>
/// Writes an H.264 video (mp4, yuv420p, BT.709) through ffmpeg. The same frames and the same ffmpeg give the same bytes: one
/// encoder thread, bit-exact conversion, no metadata. The file appears under its name only when it is complete.
/// </summary>
public sealed class VideoWriter : IDisposable
{
    private readonly string _path, _temporary;
    private readonly int _frameBytes;
    private readonly FfmpegProcess _ffmpeg;
    private bool _complete;

    /// <param name="path">Target, by custom *.mp4; replaced when it exists.</param>
    /// <param name="width">Pixels, even.</param>
    /// <param name="height">Pixels, even.</param>
    /// <param name="framesPerSecond">Constant frame rate.</param>
    /// <exception cref="ArgumentException">A size that is odd or not positive, or a rate that is not positive.</exception>
    /// <exception cref="ClipException">ffmpeg_missing.</exception>
    public VideoWriter(string path, int width, int height, double framesPerSecond, VideoWriterOptions? options = null)
    {
        if (width <= 0 || height <= 0 || width % 2 != 0 || height % 2 != 0)
            throw new ArgumentException($"H.264 in yuv420p needs an even width and height, got {width} x {height}");
        if (!(framesPerSecond > 0 && framesPerSecond <= 1000))
            throw new ArgumentException($"the frame rate must be above 0 and at most 1000 per second, got {framesPerSecond}");
        options ??= new();
        _path = Path.GetFullPath(path);
        _temporary = _path + ".partial";
        _frameBytes = checked(width * height * 3);
        string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
        _ffmpeg = FfmpegProcess.Start("ffmpeg",
        [
            "-hide_banner", "-nostats", "-v", "level+warning", "-y",
            "-f", "rawvideo", "-pix_fmt", "rgb24", "-video_size", $"{width}x{height}", "-framerate", Text(framesPerSecond), "-i", "pipe:0",
            "-vf", "scale=flags=bicubic+accurate_rnd+full_chroma_int+bitexact:out_color_matrix=bt709:out_range=tv,format=yuv420p",
            "-c:v", "libx264", "-preset", "veryfast", "-crf", Text(options.ConstantRateFactor), "-g", Text(options.KeyFrameInterval), "-bf", "0",
            "-threads", "1", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv",
            "-flags", "+bitexact", "-fflags", "+bitexact", "-map_metadata", "-1", "-movflags", "+faststart", "-f", "mp4", Ffmpeg.Url(_temporary),
        ], writesInput: true, _ => { });
    }

    public int FramesWritten { get; private set; }

    /// <param name="rgb">[height, width, 3] bytes.</param>
    /// <exception cref="ClipException">ffmpeg_failed: ffmpeg ended (disk full, no libx264 …); the message has its words.</exception>
    public void Write(ReadOnlySpan<byte> rgb)
    {
        if (rgb.Length != _frameBytes) throw new ArgumentException($"a frame has {_frameBytes} bytes, got {rgb.Length}", nameof(rgb));
        try
        {
            _ffmpeg.Input.Write(rgb);
        }
        catch (IOException)
        {
            throw Failed();
        }
        FramesWritten++;
    }

    /// <summary>Finishes the file and gives it its name. Without it, <see cref="Dispose"/> leaves nothing behind.</summary>
    /// <exception cref="ClipException">ffmpeg_failed.</exception>
    public void Complete()
    {
        try
        {
            _ffmpeg.Input.Close();
        }
        catch (IOException)
        {
            throw Failed();
        }
        if (FramesWritten == 0 || _ffmpeg.WaitForExit() != 0) throw Failed();
        File.Move(_temporary, _path, overwrite: true);
        _complete = true;
    }

    public void Dispose()
    {
        _ffmpeg.Dispose();
        if (!_complete && File.Exists(_temporary)) File.Delete(_temporary);
    }

    private ClipException Failed()
    {
        _ffmpeg.WaitForExit();
        return new(ClipFault.FfmpegFailed, $"writing '{_path}' failed after {FramesWritten} frames: {_ffmpeg.LastMessages()}");
    }
}
