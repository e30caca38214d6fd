using FlashDrive.Service.Cli;
using FlashDrive.World;

namespace FlashDrive.Service.Drive;

/// <summary>The clip that is driven when none is named: made on first use, kept in the cache folder, made anew when the world has changed.</summary>
internal static class DemonstrationClip
{
    private const ulong Seed = 7;
    private const double Seconds = 20;

    public static string Ensure(Func<string, IProgress<double>> progress, CancellationToken cancel)
    {
        var clips = Path.Combine(Places.Cache, "clips");
        // A deterministic build has the same module id exactly when it has the same code.
        var clip = Path.Combine(clips, $"demonstration-{typeof(ClipMaker).Module.ModuleVersionId.ToString("N")[..8]}");
        if (Directory.Exists(clip)) return clip;
        ClipFolder.Make(clip, Seed, Seconds, ClipMaker.DefaultWidth, ClipMaker.DefaultHeight,
            progress(FormattableString.Invariant($"making the demonstration clip ({Seconds} s, kept in {clips})")), cancel);
        foreach (var older in Directory.EnumerateDirectories(clips, "demonstration-*").Where(folder => folder != clip)) Directory.Delete(older, recursive: true);
        return clip;
    }
}
