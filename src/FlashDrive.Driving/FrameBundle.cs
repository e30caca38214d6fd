namespace FlashDrive.Driving;

/// <summary>
/// What one tick of the 10 Hz grid delivers: the newest frame of every camera and the ego history at that moment. Older frames
/// of a model's window came with earlier bundles.
/// </summary>
/// <param name="FrameId">Number of the tick on the stream's grid, from 0; a number is left out where the stream was degraded.</param>
/// <param name="TickMicroseconds">t0 of this tick, microseconds since the Unix epoch; no frame is younger.</param>
/// <param name="Frames">One per camera, ascending camera index, each the latest at or before the tick.</param>
/// <param name="History">Ego poses at t0 − 1.5 … t0.</param>
public sealed record FrameBundle(long FrameId, long TickMicroseconds, IReadOnlyList<CameraFrame> Frames, EgoHistory History)
{
    /// <summary>Indices of cameras that brought nothing new within the period, so that their last frame is repeated.</summary>
    public IReadOnlyList<int> RepeatedCameras { get; init; } = [];

    /// <summary>Frames refused since the bundle before this one, with the reason of each; the newest when they are many.</summary>
    public IReadOnlyList<RefusedFrame> Refused { get; init; } = [];

    /// <summary>The path driven in the 6.4 s after the tick, when it is known.</summary>
    public Trajectory? Future { get; init; }

    /// <summary>Route instruction in force at the tick, as the prompt's route text.</summary>
    public string? Navigation { get; init; }

    /// <summary>True when a camera is repeated: a plan made from this bundle is published as patched.</summary>
    public bool IsPatched => RepeatedCameras.Count > 0;

    /// <summary>Capture times of the oldest and the newest of the cameras that brought something new, or null when all are repeated.</summary>
    public (long Oldest, long Newest)? NewCaptures
    {
        get
        {
            long oldest = long.MaxValue, newest = long.MinValue;
            foreach (var frame in Frames)
                if (!RepeatedCameras.Contains(frame.CameraIndex))
                    (oldest, newest) = (Math.Min(oldest, frame.CaptureMicroseconds), Math.Max(newest, frame.CaptureMicroseconds));
            return oldest > newest ? null : (oldest, newest);
        }
    }
}
