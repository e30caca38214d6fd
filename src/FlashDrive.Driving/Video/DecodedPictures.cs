using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;

namespace FlashDrive.Driving.Video;

/// <summary>One picture that ffmpeg is about to deliver.</summary>
/// <param name="Ticks">Presentation time in the stream's time base; null when it has none.</param>
/// <param name="Width">Pixels, as delivered.</param>
/// <param name="Height">Pixels, as delivered.</param>
/// <param name="IsDamaged">The decoder filled parts of it with guesses.</param>
/// <param name="Errors">What ffmpeg complained of since the picture before, in one line; null when nothing.</param>
/// <param name="OwnErrors">The part of it that came after ffmpeg gave up on other pictures in between.</param>
internal sealed record DecodedPicture(long? Ticks, int Width, int Height, bool IsDamaged, string? Errors, string? OwnErrors);

/// <summary>
/// Pictures of one ffmpeg run as RGB bytes, in order. The pixels come through stdout, which has no room for times or damage;
/// those come from ffmpeg's showinfo filter and the decoder's warnings on stderr, which ffmpeg prints before it writes the
/// picture. One decoder thread keeps the warnings in front of the picture they belong to.
/// </summary>
internal sealed partial class DecodedPictures : IDisposable
{
    /// <summary>
    /// Notices read ahead of their pixels. ffmpeg itself runs at most its own queues ahead (a few dozen pictures), so this never
    /// fills before the pixels of the first notice are on their way.
    /// </summary>
    private const int NoticesAhead = 1024;

    private const int LongestErrors = 300;

    private readonly FfmpegProcess _ffmpeg;
    private readonly BlockingCollection<DecodedPicture> _notices = new(NoticesAhead);
    private readonly CancellationTokenSource _closing = new();
    private DecodedPicture? _pending;
    private byte[] _skipped = [];
    private string? _errors, _ownErrors;
    private bool _damaged;

    /// <param name="inputArguments">ffmpeg arguments up to and with the input.</param>
    public DecodedPictures(IEnumerable<string> inputArguments)
    {
        _ffmpeg = FfmpegProcess.Start("ffmpeg",
        [
            "-hide_banner", "-nostdin", "-nostats", "-v", "level+info", "-protocol_whitelist", "file,pipe", "-threads", "1", "-copyts", .. inputArguments,
            "-map", "0:V:0", "-vf", "showinfo=checksum=0,scale=flags=bicubic+accurate_rnd+full_chroma_int+bitexact,format=rgb24",
            // Without autoscale 0 a picture of another size is silently stretched to the size of the first.
            "-fps_mode", "passthrough", "-autoscale", "0", "-f", "rawvideo", "pipe:1",
        ], writesInput: false, OnMessage);
    }

    /// <summary>The next picture, or null at the end. Pixels of the one before that were not taken are skipped.</summary>
    public DecodedPicture? Next()
    {
        if (_pending is { } left) Skip(left);
        _pending = null;
        try
        {
            return _pending = _notices.Take(_closing.Token);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Fills in the [height, width, 3] bytes of the picture last returned; false when ffmpeg ended in the middle of it.</summary>
    public bool TakePixels(Span<byte> rgb)
    {
        _pending = null;
        return _ffmpeg.Output.ReadAtLeast(rgb, rgb.Length, throwOnEndOfStream: false) == rgb.Length;
    }

    /// <summary>What ffmpeg complained of last.</summary>
    public string LastMessages() => _ffmpeg.LastMessages();

    public void Dispose()
    {
        _closing.Cancel();
        _ffmpeg.Dispose();
        _notices.Dispose();
        _closing.Dispose();
    }

    private void OnMessage(string? line)
    {
        if (line is null)
        {
            _notices.CompleteAdding();
            return;
        }
        if (Notice().Match(line) is { Success: true } match)
        {
            long? ticks = long.TryParse(match.Groups[1].Value, CultureInfo.InvariantCulture, out var pts) ? pts : null;
            var picture = new DecodedPicture(ticks, int.Parse(match.Groups[2].Value), int.Parse(match.Groups[3].Value), _damaged, _errors, _ownErrors);
            (_damaged, _errors, _ownErrors) = (false, null, null);
            try
            {
                _notices.Add(picture, _closing.Token);
            }
            catch (OperationCanceledException)
            {
                // Nobody reads any more: the rest of the messages is read only to keep ffmpeg from waiting until it is killed.
                return;
            }
        }
        else if (line.Contains("corrupt decoded frame"))
        {
            _damaged = true;
        }
        else if (line.Contains("[error]"))
        {
            _errors = Append(_errors, line);
            // With these words the program drops a packet: what was said up to here is not about the next picture.
            var isDropped = line.Contains("Error while decoding stream") || line.Contains("Error submitting packet to decoder");
            _ownErrors = isDropped ? null : Append(_ownErrors, line);
        }
    }

    private static string Append(string? errors, string line) =>
        errors is null ? line : errors.Length < LongestErrors ? $"{errors}; {line}" : errors;

    [GeneratedRegex(@"\[info\] n: *\d+ pts: *(-?\w+) .* s:(\d{1,5})x(\d{1,5}) ")]
    private static partial Regex Notice();

    private void Skip(DecodedPicture picture)
    {
        var bytes = checked(picture.Width * picture.Height * 3);
        if (_skipped.Length < bytes) _skipped = new byte[bytes];
        _ffmpeg.Output.ReadAtLeast(_skipped.AsSpan(0, bytes), bytes, throwOnEndOfStream: false);
    }
}
