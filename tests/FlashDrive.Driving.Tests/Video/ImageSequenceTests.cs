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

    [Theory]
    [InlineData(0, ".jpg")]
    [InlineData(3, ".png")]
    [InlineData(5, ".png")]
    public void One_image_that_is_no_image_is_refused_by_name_and_the_rest_is_read(int broken, string extension)
    {
        using var folder = new ScratchFolder();
        made.CopyImages(folder, "%05d" + extension);
        var path = folder[$"{broken:D5}{extension}"];
        File.WriteAllText(path, "this is no image");
        RefusesOnly(folder["%05d" + extension], broken, path, FrameRefusal.CorruptImage);
    }

    [Theory]
    [InlineData(0, ".png")]
    [InlineData(3, ".jpg")]
    public void One_image_that_is_cut_off_is_refused_by_name_and_the_rest_is_read(int broken, string extension)
    {
        using var folder = new ScratchFolder();
        made.CopyImages(folder, "%05d" + extension);
        var path = folder[$"{broken:D5}{extension}"];
        using (var file = File.OpenWrite(path)) file.SetLength(file.Length / 2);
        RefusesOnly(folder["%05d" + extension], broken, path, FrameRefusal.CorruptImage);
    }

    [Fact]
    public void An_empty_image_is_refused_by_name_and_the_rest_is_read()
    {
        const int broken = 4;
        using var folder = new ScratchFolder();
        made.CopyImages(folder);
        File.WriteAllBytes(folder[$"{broken:D5}.png"], []);
        RefusesOnly(folder["%05d.png"], broken, folder[$"{broken:D5}.png"], FrameRefusal.CorruptImage);
    }

    [Fact]
    public void Changed_bytes_inside_an_image_are_noticed()
    {
        using var folder = new ScratchFolder();
        made.CopyImages(folder);
        Pictures.Overwrite(folder["00002.png"], new FileInfo(folder["00002.png"]).Length / 2, 8, 0x5A);
        RefusesOnly(folder["%05d.png"], 2, folder["00002.png"], FrameRefusal.CorruptImage);
    }

    [Fact]
    public void A_missing_image_is_refused_by_name_and_the_rest_is_read()
    {
        using var folder = new ScratchFolder();
        made.CopyImages(folder);
        File.Delete(folder["00002.png"]);
        RefusesOnly(folder["%05d.png"], 2, folder["00002.png"], FrameRefusal.MissingImage);
    }

    [Theory]
    [InlineData("front.png")]
    [InlineData("%d%d.png")]
    [InlineData("%d/front.png")]
    [InlineData("%s.png")]
    public void A_pattern_without_exactly_one_number_is_refused(string pattern) =>
        Assert.Equal(ClipFault.InvalidValue, Assert.Throws<ClipException>(() => new ImageSequence(pattern, 0)).Reason);

    private static void RefusesOnly(string pattern, int index, string path, string reason)
    {
        var (good, faults) = Read(pattern, 0, 6);
        Assert.Equal(Enumerable.Range(0, 6).Where(i => i != index), good);
        var fault = Assert.Single(faults);
        Assert.Equal((index, reason), (fault.Index, fault.Reason));
        Assert.Contains($"'{path}'", fault.Message);
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
