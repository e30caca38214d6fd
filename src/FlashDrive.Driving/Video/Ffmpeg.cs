using System.ComponentModel;
using System.Diagnostics;

namespace FlashDrive.Driving.Video;

/// <summary>Where the ffmpeg programs are. Looked for on the PATH.</summary>
public static class Ffmpeg
{
    /// <summary>One line for a person whose machine has none.</summary>
    public const string InstallHint = "install it with: apt-get install ffmpeg";

    /// <summary>First line of <c>ffmpeg -version</c>, or null when ffmpeg cannot be started.</summary>
    public static string? Version()
    {
        try
        {
            using var process = FfmpegProcess.Start("ffmpeg", ["-version"], writesInput: false, _ => { });
            using var reader = new StreamReader(process.Output);
            var line = reader.ReadLine();
            reader.ReadToEnd();
            return process.WaitForExit() == 0 ? line : null;
        }
        catch (ClipException)
        {
            return null;
        }
    }

    /// <exception cref="ClipException">ffmpeg_missing, with the line that mends it.</exception>
    internal static Process Launch(string program, IEnumerable<string> arguments, bool writesInput)
    {
        var path = OnPath(program) ?? throw new ClipException(ClipFault.FfmpegMissing, $"{program} is not on the PATH; {InstallHint}");
        // In a session of its own: Ctrl-C in the terminal is for us, and would otherwise end ffmpeg at the same moment, which reads
        // like a file that breaks off. When we are gone, its pipes close and it ends.
        var session = OnPath("setsid");
        var start = new ProcessStartInfo(session ?? path)
        {
            RedirectStandardInput = writesInput,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (session is not null) start.ArgumentList.Add(path);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new ClipException(ClipFault.FfmpegMissing, $"{path} cannot be started ({e.Message}); {InstallHint}", e);
        }
    }

    private static string? OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    /// <summary>Names a local file to ffmpeg so that neither a leading dash nor a colon in the path is taken for something else.</summary>
    internal static string Url(string path) => "file:" + Path.GetFullPath(path);
}
