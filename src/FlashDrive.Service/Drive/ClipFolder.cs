using FlashDrive.Service.Cli;
using FlashDrive.World;

namespace FlashDrive.Service.Drive;

/// <summary>Makes a clip beside its place and renames it, so that a clip that is there is whole.</summary>
internal static class ClipFolder
{
    /// <exception cref="FlashDriveException">The folder holds something that is no clip.</exception>
    public static void Make(string folder, ulong seed, double seconds, int width, int height, IProgress<double>? progress, CancellationToken cancel)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any() && !File.Exists(Path.Combine(folder, "clip.json"))))
            throw new FlashDriveException(ExitCode.Usage, $"'{folder}' is there already and is no clip, so it is not replaced: name a new folder");
        var partial = $"{folder}.{Environment.ProcessId}.part";
        try
        {
            ClipMaker.Make(partial, seed, seconds, width, height, progress, cancel);
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
            Directory.Move(partial, folder);
        }
        finally
        {
            if (Directory.Exists(partial)) Directory.Delete(partial, recursive: true);
        }
    }
}
