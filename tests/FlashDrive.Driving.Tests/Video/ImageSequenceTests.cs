using FlashDrive.Driving.Video;

namespace FlashDrive.Driving.Tests.Video;

public class ImageSequenceTests(MadeOnce made) : IClassFixture<MadeOnce>
{
    [Theory]
    [InlineData("front/%05d.png")]
    [InlineData("a: 100%/b-%d.jpg")]
    public void Numbered_images_are_read_in_order(string pattern)
    {
        using var folder = new ScratchFolder();
        made.CopyImages(folder, pattern);
        var (good, faults) = Read(folder[pattern], 0, 6);
        Assert.Equal(Enumerable.Range(0, 6), good);
        Assert.Empty(faults);
    }

    [Fact]
    public void Images_may_start_at_any_number()
    {
        using var folder = new ScratchFolder();
        made.CopyImages(folder, "%d.png");
        Assert.Equal(5, new ImageSequence(folder["%d.png"], 7).CountOnDisk());
        Assert.Equal([7, 8, 9, 10, 11], Numbers(folder["%d.png"], 7, 5));
    }

    /// <summary>Every start of ffmpeg costs a quarter of a second, so that one sequence has all the ways in which an image can be bad.</summary>
    [Fact]
    public void Every_bad_image_is_refused_by_name_and_the_rest_is_read()
    {
        using var folder = new ScratchFolder();
        var pattern = made.CopyImages(folder);
        File.WriteAllText(folder["00000.png"], "this is no image");
        Cut(folder["00002.png"]);
        File.WriteAllBytes(folder["00004.png"], []);
        Pictures.Overwrite(folder["00006.png"], new FileInfo(folder["00006.png"]).Length / 2, 8, 0x5A);
        File.Delete(folder["00007.png"]);
        File.WriteAllText(folder["00010.png"], "this is no image");
        File.WriteAllText(folder["00011.png"], "this is no image");

        var (good, faults) = Read(pattern, 0, MadeOnce.Frames);
        Assert.Equal([1, 3, 5, 8, 9], good);
        Assert.Equal([0, 2, 4, 6, 7, 10, 11], faults.Select(f => f.Index));
        Assert.All(faults, f => Assert.Equal(f.Index == 7 ? FrameRefusal.MissingImage : FrameRefusal.CorruptImage, f.Reason));
        Assert.All(faults, f => Assert.Contains($"'{folder[$"{f.Index:D5}.png"]}' (frame {f.Index})", f.Message));
    }

    [Fact]
    public void Every_bad_photograph_is_refused_by_name_and_the_rest_is_read()
    {
        using var folder = new ScratchFolder();
        var pattern = made.CopyImages(folder, "%05d.jpg");
        Cut(folder["00000.jpg"]);
        File.WriteAllText(folder["00003.jpg"], "this is no image");
        Cut(folder["00004.jpg"]);
        Cut(folder["00008.jpg"]);
        var (good, faults) = Read(pattern, 0, MadeOnce.Frames);
        Assert.Equal([1, 2, 5, 6, 7, 9, 10, 11], good);
        Assert.Equal([0, 3, 4, 8], faults.Select(f => f.Index));
        Assert.All(faults, f => Assert.Equal(FrameRefusal.CorruptImage, f.Reason));
    }

    [Fact]
    public void A_sequence_without_a_single_good_image_ends()
    {
        using var folder = new ScratchFolder();
        for (var i = 0; i < 3; i++) folder.Write($"{i}.png", "this is no image");
        var (good, faults) = Read(folder["%d.png"], 0, 3);
        Assert.Empty(good);
        Assert.Equal([0, 1, 2], faults.Select(f => f.Index));
    }

    [Theory]
    [InlineData("front.png")]
    [InlineData("%d%d.png")]
    [InlineData("%d/front.png")]
    [InlineData("%s.png")]
    public void A_pattern_without_exactly_one_number_is_refused(string pattern) =>
        Assert.Equal(ClipFault.InvalidValue, Assert.Throws<ClipException>(() => new ImageSequence(pattern, 0)).Reason);

    private static void Cut(string path)
    {
        using var file = File.OpenWrite(path);
        file.SetLength(file.Length / 2);
    }

    private static IEnumerable<int> Numbers(string pattern, int first, int count) => Read(pattern, first, count).Good.Select(i => i + first);

    private static (List<int> Good, List<(int Index, string Reason, string Message)> Faults) Read(string pattern, int first, int count)
    {
        var (good, faults) = (new List<int>(), new List<(int, string, string)>());
        using var reader = new ImageSequenceReader(new(pattern, first), count);
        while (reader.MoveNext())
        {
            if (reader.FaultReason is null && reader.TakePixels() is { } rgb)
            {
                Assert.Equal(reader.Index + first, Pictures.NumberOf(rgb));
                good.Add(reader.Index);
            }
            else
            {
                faults.Add((reader.Index, reader.FaultReason!, reader.FaultMessage!));
            }
        }
        return (good, faults);
    }
}
