using System.ComponentModel;
using System.Diagnostics;

namespace FlashDrive.Service.Doctor;

/// <summary>ffmpeg reads the camera videos and writes generated clips.</summary>
internal static class FfmpegCheck
{
    public static Finding Run() => Run("ffmpeg");

    internal static Finding Run(string program)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, "-version") { RedirectStandardOutput = true })!;
            var first = process.StandardOutput.ReadLine() ?? "";
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0
                ? new("ffmpeg", Version(first))
                : Missing($"{program} -version ended with code {process.ExitCode}");
        }
        catch (Win32Exception)
        {
            return Missing($"no {program} on the PATH");
        }
    }

    /// <summary>"ffmpeg version 5.1.6 Copyright ..." as "5.1.6".</summary>
    internal static string Version(string firstLine) =>
        firstLine.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["ffmpeg", "version", var version, ..] ? version : firstLine;

    private static Finding Missing(string value) =>
        new("ffmpeg", value, FindingState.Fault, "apt-get update && apt-get install -y --no-install-recommends ffmpeg");
}
