namespace FlashDrive.Service.Cli;

/// <summary>Where the program finds its own files and keeps what it makes.</summary>
internal static class Places
{
    /// <summary>The checkout: FLASHDRIVE_ROOT (the launcher sets it), else the first folder above the program with a models folder and a solution.</summary>
    public static string? Root { get; } = FindRoot();

    /// <summary>Folder for what can be made again: FLASHDRIVE_CACHE, else XDG_CACHE_HOME/flashdrive, else ~/.cache/flashdrive.</summary>
    public static string Cache => CacheFrom(Environment.GetEnvironmentVariable);

    /// <summary>The checkpoint that is used when none is named.</summary>
    public static string DefaultModel => Path.Combine(Root ?? AppContext.BaseDirectory, "models", "nano");

    /// <summary>The checkpoint that drives when none is named: its action expert knows the cache of a stream.</summary>
    public static string DrivingModel => Path.Combine(Root ?? AppContext.BaseDirectory, "models", "nano-streaming");

    /// <summary>The pipeline that is used when none is named: the CPU's.</summary>
    public static string DefaultPipeline => Path.Combine(Root ?? AppContext.BaseDirectory, "config", "pipelines", "cpu-nano.json");

    internal static string CacheFrom(Func<string, string?> variable)
    {
        if (variable("FLASHDRIVE_CACHE") is { Length: > 0 } own) return Path.GetFullPath(own);
        if (variable("XDG_CACHE_HOME") is { Length: > 0 } cache && Path.IsPathRooted(cache)) return Path.Combine(cache, "flashdrive");
        if (variable("HOME") is { Length: > 0 } home) return Path.Combine(home, ".cache", "flashdrive");
        throw new FlashDriveException(ExitCode.Configuration, "no cache folder: HOME is not set; set FLASHDRIVE_CACHE to a folder that can be written");
    }

    private static string? FindRoot()
    {
        if (Environment.GetEnvironmentVariable("FLASHDRIVE_ROOT") is { Length: > 0 } named) return named;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "FlashDrive.Actors.sln")))
                return folder.FullName;
        return null;
    }
}
