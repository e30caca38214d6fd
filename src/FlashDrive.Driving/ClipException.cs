namespace FlashDrive.Driving;

/// <summary>Bad driving data, found at the boundary. One line for a person, one stable name for a machine.</summary>
/// <param name="reason">One of <see cref="ClipFault"/>; programs map it to exit codes and metric labels.</param>
/// <param name="message">Names the thing, its value, the rule it broke and what to do, in one line.</param>
public sealed class ClipException(string reason, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Reason { get; } = reason;
}

/// <summary>The stable names of what can be wrong with a clip, a pose file or the tools that read them.</summary>
public static class ClipFault
{
    public const string MissingFile = "missing_file";
    public const string UnreadableFile = "unreadable_file";
    public const string InvalidJson = "invalid_json";
    public const string UnknownField = "unknown_field";
    public const string MissingField = "missing_field";
    public const string InvalidValue = "invalid_value";
    public const string UnknownCamera = "unknown_camera";
    public const string DuplicateCamera = "duplicate_camera";
    public const string FrameCountMismatch = "frame_count_mismatch";
    public const string CorruptVideo = "corrupt_video";
    public const string NoVideoStream = "no_video_stream";
    public const string MissingPoses = "missing_poses";
    public const string PosesBackwards = "poses_backwards";
    public const string PosesTooSparse = "poses_too_sparse";
    public const string PosesTooFew = "poses_too_few";
    public const string PoseNotFinite = "pose_not_finite";
    public const string PoseNotUnit = "pose_not_unit";
    public const string InvalidPoseFile = "invalid_pose_file";
    public const string InvalidNpy = "invalid_npy";
    public const string ClipTooShort = "clip_too_short";
    public const string FfmpegMissing = "ffmpeg_missing";
    public const string FfmpegFailed = "ffmpeg_failed";
}
