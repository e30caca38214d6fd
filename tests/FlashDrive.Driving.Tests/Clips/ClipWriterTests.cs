using System.Text.Json.Nodes;
using FlashDrive.Driving.Clips;
using FlashDrive.Driving.Tests.Video;

namespace FlashDrive.Driving.Tests.Clips;

public class ClipWriterTests
{
    [Fact]
    public void A_written_clip_is_read_back_and_plays()
    {
        using var folder = new ScratchFolder();
        Write(folder["clip"]);
        var clip = Clip.Load(folder["clip"]);
        Assert.Equal("made", clip.Name);
        Assert.Equal([0, 6], clip.Cameras.Select(c => c.Index));
        using var player = new ClipPlayer(clip);
        var bundles = player.Bundles().ToList();
        Assert.Equal(Enumerable.Range(0, 5), bundles.Select(b => Pictures.NumberOf(b.Frames[1].Rgb)));
        Assert.All(bundles, b => Assert.Equal((64, 96), (b.Frames[0].Width, b.Frames[1].Width)));
        Assert.All(bundles, b => Assert.Equal(0.1, b.History.YawRate, 9));
        Assert.All(bundles, b => Assert.Equal("Keep left", b.Navigation));
        Assert.NotNull(bundles[0].Future);
    }

    [Fact]
    public void The_same_clip_gives_the_same_bytes()
    {
        using var folder = new ScratchFolder();
        Write(folder["a"]);
        Write(folder["b"]);
        var files = Directory.GetFiles(folder["a"]).Select(f => Path.GetFileName(f)!).Order().ToArray();
        Assert.Equal(["camera_cross_left_120fov.mp4", "camera_front_tele_30fov.mp4", "clip.json"], files);
        Assert.All(files, f => Assert.Equal(File.ReadAllBytes(Path.Combine(folder["a"], f)), File.ReadAllBytes(Path.Combine(folder["b"], f))));
    }

    [Fact]
    public void A_clip_that_is_not_completed_is_no_clip()
    {
        using var folder = new ScratchFolder();
        folder.Write("clip.json", "{}");
        using (var writer = new ClipWriter(folder.Path, 10)) writer.Write(new(1, 0, 64, 48, Pictures.Frame(0)));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    private static void Write(string path)
    {
        using var writer = new ClipWriter(path, 10);
        for (var i = 0; i < 5; i++)
        {
            writer.Write(new(6, i * 100_000, 96, 48, Pictures.Frame(i, 96)));
            writer.Write(new(0, i * 100_000, 64, 48, Pictures.Frame(i)));
        }
        var poses = Enumerable.Range(-15, 90).Select(i => new TimedPose(i * 100_000, new(new(i / 3.0, 0, 0), Rotation.FromYaw(0.01 * i)))).ToArray();
        writer.Complete("made", poses, navigation: [new(0, "Keep left")], annotations: JsonNode.Parse("""{"cause": "none"}"""));
    }
}
