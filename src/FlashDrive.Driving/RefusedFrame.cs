namespace FlashDrive.Driving;

/// <summary>A frame that was offered and not taken.</summary>
/// <param name="CameraIndex">Dataset index of the camera.</param>
/// <param name="CaptureMicroseconds">Capture time it claimed, microseconds since the Unix epoch.</param>
/// <param name="Reason">Stable name for counters, one of <see cref="FrameRefusal"/>.</param>
/// <param name="Message">One line that names the frame, its value and the rule it broke.</param>
public sealed record RefusedFrame(int CameraIndex, long CaptureMicroseconds, string Reason, string Message);

/// <summary>The stable names of reasons for which a single frame is refused; they are metric labels.</summary>
public static class FrameRefusal
{
    public const string CorruptImage = "corrupt_image";
    public const string TruncatedVideo = "truncated_video";
    public const string MissingImage = "missing_image";
    public const string WrongSize = "wrong_size";
    public const string TimeBackwards = "time_backwards";
}
