using FlashDrive.Driving;
using FlashDrive.Driving.Clips;
using FlashDrive.World;

namespace FlashDrive.Perf;

/// <summary>Decoded ticks of a drive through the procedural world, held in memory so that no benchmark times a decoder.</summary>
internal static class BenchmarkClip
{
    private const ulong Seed = 11;

    internal static List<FrameBundle> Load(int ticks)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"flashdrive-perf-{Environment.ProcessId}");
        try
        {
            // A little over 1.5 s of history come before the first tick.
            ClipMaker.Make(folder, Seed, ticks * 0.1 + 2, ClipMaker.DefaultWidth, ClipMaker.DefaultHeight, null, CancellationToken.None);
            using var player = new ClipPlayer(Clip.Load(folder));
            return [.. player.Bundles().Take(ticks)];
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }
}
