using FlashDrive.Driving.Video;

namespace FlashDrive.Driving.Clips;

/// <summary>
/// One camera during playback: goes forward through its frames and holds the newest good one. Frames are looked at in the order
/// of the file; a corrupt one, one of another size and one whose time does not follow the frame before are refused and passed.
/// </summary>
internal sealed class CameraTrack(ClipCamera camera, Action<RefusedFrame> onRefused) : IDisposable
{
    private readonly FrameReader _reader = camera.OpenReader();
    private byte[] _newest = [];
    private int _next;
    private int _width, _height;
    private bool _handedOut;

    public int Index => camera.Index;

    /// <summary>Capture time of the newest good frame; null before the first.</summary>
    public long? NewestMicroseconds { get; private set; }

    /// <summary>Claimed time of the next frame in the file; null at its end.</summary>
    public long? NextMicroseconds => _next < camera.TimestampsMicroseconds.Count ? camera.TimestampsMicroseconds[_next] : null;

    /// <summary>Takes every frame up to <paramref name="tick"/>.</summary>
    public void AdvanceTo(long tick)
    {
        for (; NextMicroseconds is { } time && time <= tick && _reader.MoveNext(); _next++) Take(time);
    }

    /// <summary>The newest good frame. The pixels of one frame are shared by all ticks that repeat it.</summary>
    public CameraFrame Newest()
    {
        _handedOut = true;
        return new(camera.Index, NewestMicroseconds!.Value, _width, _height, _newest);
    }

    public void Dispose() => _reader.Dispose();

    private void Take(long time)
    {
        if (_reader.FaultReason is not null)
        {
            Refuse(time, _reader.FaultReason, _reader.FaultMessage!);
        }
        else if (NewestMicroseconds is { } before && time <= before)
        {
            Refuse(time, FrameRefusal.TimeBackwards, $"frame {_next} at {time} µs does not follow the frame at {before} µs: source time goes backwards");
        }
        else if (_width != 0 && (_reader.Width, _reader.Height) != (_width, _height))
        {
            Refuse(time, FrameRefusal.WrongSize, $"frame {_next} is {_reader.Width} x {_reader.Height}, the frames before it are {_width} x {_height}");
        }
        else
        {
            // Read into the buffer of the frame before, unless a bundle owns it. If this frame is cut off, the one before is
            // lost only when no bundle had it.
            var pixels = _handedOut || _newest.Length != _reader.FrameBytes ? new byte[_reader.FrameBytes] : _newest;
            if (!_reader.TakePixels(pixels))
            {
                if (ReferenceEquals(pixels, _newest)) NewestMicroseconds = null;
                Refuse(time, _reader.FaultReason!, _reader.FaultMessage!);
                return;
            }
            (_newest, _handedOut, _width, _height, NewestMicroseconds) = (pixels, false, _reader.Width, _reader.Height, time);
        }
    }

    private void Refuse(long time, string reason, string message) => onRefused(new(camera.Index, time, reason, $"camera {camera.Index}: {message}"));
}
