using FlashDrive.Driving;

namespace FlashDrive.Inference.Stages;

/// <summary>The ticks a window is made of.</summary>
/// <param name="Ticks">Oldest first, one per frame of a view; the last is the newest tick.</param>
/// <param name="Epoch">Counts the window's restarts: frames of different epochs never share a window.</param>
/// <param name="ColdReason">Why the window was restarted with its first tick, null when it was not.</param>
public sealed record IngestedWindow(IReadOnlyList<FrameBundle> Ticks, int Epoch, string? ColdReason)
{
    public FrameBundle Newest => Ticks[^1];

    /// <summary>A camera was repeated in some tick of the window.</summary>
    public bool IsPatched => Ticks.Any(tick => tick.IsPatched);
}

/// <summary>A tick that cannot be driven on; the stream goes on.</summary>
/// <param name="Reason">Stable, machine-readable.</param>
public sealed class TickRefusedException(string reason, string message) : Exception(message)
{
    public string Reason { get; } = reason;
}

/// <summary>
/// Keeps a stream's last ticks and hands out whole windows. A changed camera set or image size, or a jump of source time, starts a
/// new epoch with an empty window; time that does not advance is refused.
/// </summary>
/// <param name="framesPerCamera">Ticks of a window (F of the design).</param>
public sealed class CameraIngestStage(int framesPerCamera)
{
    /// <summary>A longer gap makes old frames worthless; shorter ones are repeated frames.</summary>
    public const long MaxGapMicroseconds = 1_000_000;

    private readonly Queue<FrameBundle> _ticks = new(framesPerCamera);
    private FrameBundle? _last;
    private int _epoch;
    private string? _coldReason = "start";

    /// <summary>The window that ends with this tick, or null while its first frames are collected.</summary>
    /// <exception cref="TickRefusedException">The tick is malformed or not newer than the one before.</exception>
    public IngestedWindow? Admit(FrameBundle tick)
    {
        Check(tick);
        if (_last is { } last && ColdReason(last, tick) is { } reason)
        {
            _ticks.Clear();
            _epoch++;
            _coldReason = reason;
        }
        _last = tick;
        if (_ticks.Count == framesPerCamera) _ticks.Dequeue();
        _ticks.Enqueue(tick);
        if (_ticks.Count < framesPerCamera) return null;
        var window = new IngestedWindow([.. _ticks], _epoch, _coldReason);
        _coldReason = null;
        return window;
    }

    private void Check(FrameBundle tick)
    {
        if (tick.Frames.Count == 0) throw new TickRefusedException("no_cameras", $"tick {tick.FrameId} has no camera frame");
        for (var i = 0; i < tick.Frames.Count; i++)
        {
            var frame = tick.Frames[i];
            if (i > 0 && frame.CameraIndex <= tick.Frames[i - 1].CameraIndex)
                throw new TickRefusedException("camera_order", $"tick {tick.FrameId}: camera {frame.CameraIndex} follows {tick.Frames[i - 1].CameraIndex}; indices must ascend");
            if (frame.Width < 1 || frame.Height < 1 || frame.Rgb.Length != frame.Width * frame.Height * 3)
                throw new TickRefusedException(
                    "frame_size", $"tick {tick.FrameId}: camera {frame.CameraIndex} has {frame.Rgb.Length} bytes, {frame.Width}x{frame.Height} RGB needs {frame.Width * frame.Height * 3}");
        }
        if (_last is { } last && tick.TickMicroseconds <= last.TickMicroseconds)
            throw new TickRefusedException("time_backwards", $"tick {tick.FrameId} at {tick.TickMicroseconds} µs is not after {last.TickMicroseconds} µs");
    }

    private static string? ColdReason(FrameBundle last, FrameBundle tick)
    {
        if (!last.Frames.Select(f => f.CameraIndex).SequenceEqual(tick.Frames.Select(f => f.CameraIndex))) return "cameras";
        if (!last.Frames.Select(f => (f.Width, f.Height)).SequenceEqual(tick.Frames.Select(f => (f.Width, f.Height)))) return "resolution";
        return tick.TickMicroseconds - last.TickMicroseconds > MaxGapMicroseconds ? "time_jump" : null;
    }
}
