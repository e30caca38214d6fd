using FlashDrive.Driving.Video;

namespace FlashDrive.Service.Doctor;

/// <summary>ffmpeg reads the camera videos and writes generated clips.</summary>
internal static class FfmpegCheck
{
    public static Finding Run() => Judge(Ffmpeg.Version());

    /// <param name="firstLine">First line of <c>ffmpeg -version</c>, "ffmpeg version 5.1.6 Copyright …", or null when it cannot be started.</param>
    internal static Finding Judge(string? firstLine) => firstLine switch
    {
        null => new("ffmpeg", "cannot be started: not on the PATH, or broken", FindingState.Fault, "apt-get update && apt-get install -y --no-install-recommends ffmpeg"),
        _ => new("ffmpeg", firstLine.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["ffmpeg", "version", var version, ..] ? version : firstLine),
    };
}
