using FlashDrive.Driving;
using FlashDrive.Driving.Clips;

namespace FlashDrive.World.Tests;

public sealed class ClipMakerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("flashdrive-clip-").FullName;

    [Fact]
    public void A_made_clip_is_read_back_with_four_cameras_poses_and_the_experts_words()
    {
        ClipMaker.Make(_folder, 7, 1.5);
        var clip = Clip.Load(_folder);
        Assert.Equal(CameraCatalog.DefaultIndices, clip.Cameras.Select(c => c.Index));
        Assert.All(clip.Cameras, c => Assert.Equal(Enumerable.Range(0, 15).Select(i => i * 100_000L), c.TimestampsMicroseconds));
        Assert.True(clip.HasGroundTruth);
        Assert.Contains("because", File.ReadAllText(Path.Combine(_folder, "clip.json")), StringComparison.Ordinal);

        // Encoding is lossy: a decoded frame is near the rendered one, not equal to it.
        using var reader = clip.Cameras[1].OpenReader();
        Assert.True(reader.MoveNext());
        Assert.Equal((ClipMaker.DefaultWidth, ClipMaker.DefaultHeight), (reader.Width, reader.Height));
        var rendered = new byte[reader.Width * reader.Height * 3];
        Episode.Create(7, 1.5).Render(1, 0, reader.Width, reader.Height, rendered);
        Assert.InRange(reader.TakePixels()!.Zip(rendered).Average(p => Math.Abs(p.First - p.Second)), 0, 6);
    }

    [Fact]
    public void The_same_seed_writes_the_same_bytes()
    {
        string one = Path.Combine(_folder, "one"), two = Path.Combine(_folder, "two");
        ClipMaker.Make(one, 3, 1, 64, 48);
        ClipMaker.Make(two, 3, 1, 64, 48);
        Assert.Equal(5, Directory.GetFiles(one).Length);
        Assert.All(Directory.GetFiles(one), file => Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(two, Path.GetFileName(file)))));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
