using FlashDrive.Driving;
using FlashDrive.Inference.Stages;
using FlashDrive.Model.Tokenization;

namespace FlashDrive.Inference.Conformance.Network;

/// <summary>Frames and history of a fixture as the engine takes them in.</summary>
internal static class FixtureClip
{
    /// <summary>Ticks of a clip whose images are [cameras·frames, 3, height, width] planes, camera-major, oldest first.</summary>
    internal static IngestedWindow Window(FixtureFile file, IReadOnlyList<int> cameras, int frames, EgoHistory history, string images = "images", int first = 0)
    {
        var shape = file.Shape(images);
        return Window(file, cameras, frames, (int)shape[^2], (int)shape[^1], history, images, first);
    }

    internal static IngestedWindow Window(
        FixtureFile file, IReadOnlyList<int> cameras, int frames, int height, int width, EgoHistory history, string images, int first = 0)
    {
        var bytes = file.Bytes(images);
        var size = 3 * height * width;
        var ticks = Enumerable.Range(0, frames).Select(frame => new FrameBundle(frame, frame * 100_000L,
            [.. cameras.Select((camera, view) => new CameraFrame(
                camera, frame * 100_000L, width, height, Interleave(bytes.AsSpan((first + view * frames + frame) * size, size), height * width)))], history));
        return new([.. ticks]);
    }

    /// <summary>A history for fixtures that read none.</summary>
    internal static EgoHistory AtRest { get; } = new([.. Enumerable.Repeat(new Pose(default, Rotation.Identity), EgoHistory.Poses)]);

    /// <param name="clip">Which of the file's clips.</param>
    internal static EgoHistory History(FixtureFile file, int clip = 0)
    {
        var (xyz, rot) = (file.Floats("ego_history_xyz"), file.Floats("ego_history_rot"));
        var poses = Enumerable.Range(0, EgoHistory.Poses).Select(i =>
        {
            var at = clip * EgoHistory.Poses + i;
            return new Pose(new(xyz[3 * at], xyz[3 * at + 1], xyz[3 * at + 2]), Rotation.FromMatrix(rot.AsSpan(9 * at, 9)));
        });
        return new([.. poses]);
    }

    /// <summary>[images, 3] rows of t, h, w.</summary>
    internal static int[] Flatten(IEnumerable<ImageGrid> grids) => [.. grids.SelectMany(g => new[] { g.T, g.H, g.W })];

    internal static List<ImageGrid> Grids(FixtureFile file, string name = "grid_thw") =>
        [.. file.Ints(name).Chunk(3).Select(g => new ImageGrid(g[0], g[1], g[2]))];

    private static byte[] Interleave(ReadOnlySpan<byte> planes, int pixels)
    {
        var rgb = new byte[3 * pixels];
        for (var i = 0; i < pixels; i++)
            for (var channel = 0; channel < 3; channel++)
                rgb[3 * i + channel] = planes[channel * pixels + i];
        return rgb;
    }
}
