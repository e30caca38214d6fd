using FlashDrive.Driving;

namespace FlashDrive.Inference.Stages;

/// <summary>A tick that cannot be driven on; the stream goes on.</summary>
/// <param name="reason">Stable, machine-readable.</param>
public sealed class TickRefusedException(string reason, string message) : Exception(message)
{
    public string Reason { get; } = reason;
}

/// <summary>
/// Checks a stream's ticks before anything is computed from them and counts its epochs. A changed camera set or image size, or a jump
/// of source time, starts a new epoch; time that does not advance is refused.
/// </summary>
public sealed class CameraIngestStage
{
    /// <summary>A longer gap makes old frames worthless; shorter ones are filled with repeated frames.</summary>
    public const long MaxGapMicroseconds = 1_000_000;

    /// <summary>Cameras that brought something new lie within one period of each other, or they do not show one moment.</summary>
    public const long MaxSpreadMicroseconds = 100_000;

    /// <summary>A repeated camera may be this old; then its stream is degraded and has no ticks.</summary>
    public const long MaxRepeatMicroseconds = 300_000;

    private const int MaxSide = 16384;
    private const double MaxHistoryMetres = 250;

    /// <exception cref="TickRefusedException">The tick is malformed or not newer than the one before.</exception>
    public IngestedFrame Admit(IngestState state, FrameBundle tick)
    {
        CheckFrames(tick);
        CheckMotion(tick);
        var spread = Spread(tick);
        state.Advance(tick, state.Follow(tick));
        return new(tick, new(tick.FrameId, tick.TickMicroseconds, state.Cameras, tick.History, tick.Navigation, tick.IsPatched, state.Epoch, state.ColdReason), spread);
    }

    private static void CheckFrames(FrameBundle tick)
    {
        if (tick.Frames.Count == 0) throw new TickRefusedException("no_cameras", $"tick {tick.FrameId} has no camera frame");
        for (var i = 0; i < tick.Frames.Count; i++)
        {
            var frame = tick.Frames[i];
            if (i > 0 && frame.CameraIndex <= tick.Frames[i - 1].CameraIndex)
                throw new TickRefusedException("camera_order", $"tick {tick.FrameId}: camera {frame.CameraIndex} follows {tick.Frames[i - 1].CameraIndex}; indices must ascend");
            if (frame.Width is < 1 or > MaxSide || frame.Height is < 1 or > MaxSide || frame.Rgb.LongLength != (long)frame.Width * frame.Height * 3)
                throw new TickRefusedException(
                    "frame_size", $"tick {tick.FrameId}: camera {frame.CameraIndex} has {frame.Rgb.Length} bytes, {frame.Width}x{frame.Height} RGB needs {(long)frame.Width * frame.Height * 3}");
        }
    }

    /// <summary>An <see cref="EgoHistory"/> holds finite numbers only; here they are plausible as well.</summary>
    private static void CheckMotion(FrameBundle tick)
    {
        foreach (var pose in tick.History.AsSpan())
            if (pose.Position.Length > MaxHistoryMetres)
                throw new TickRefusedException("ego_motion", $"tick {tick.FrameId}: the ego was {pose.Position.Length:F0} m away within 1.5 s; at most {MaxHistoryMetres} m are plausible");
    }

    /// <summary>Microseconds between the oldest and the newest of the cameras that brought something new.</summary>
    private static long Spread(FrameBundle tick)
    {
        foreach (var frame in tick.Frames)
        {
            // Capture times may be anything: the difference must not wrap around.
            var age = (long)Int128.Clamp((Int128)tick.TickMicroseconds - frame.CaptureMicroseconds, long.MinValue + 1, long.MaxValue);
            if (age < 0) throw new TickRefusedException("camera_future", $"tick {tick.FrameId}: camera {frame.CameraIndex} is {-age} µs younger than its tick");
            if (age >= MaxRepeatMicroseconds && tick.RepeatedCameras.Contains(frame.CameraIndex))
                throw new TickRefusedException("camera_silent", $"tick {tick.FrameId}: camera {frame.CameraIndex} brought nothing for {age} µs; at most {MaxRepeatMicroseconds} µs are repeated");
        }
        var spread = tick.NewCaptures is { } captures ? (long)Int128.Min((Int128)captures.Newest - captures.Oldest, long.MaxValue) : 0;
        return spread <= MaxSpreadMicroseconds
            ? spread
            : throw new TickRefusedException("camera_spread", $"tick {tick.FrameId}: its cameras lie {spread} µs apart, at most one period of {MaxSpreadMicroseconds} µs is one moment");
    }
}
