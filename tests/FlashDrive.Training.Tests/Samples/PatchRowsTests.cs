using FlashDrive.Driving;
using FlashDrive.Model.Vision;
using FlashDrive.Training.Samples;

namespace FlashDrive.Training.Tests.Samples;

public sealed class PatchRowsTests
{
    [Fact]
    public void An_image_at_the_models_size_gives_the_rows_that_driving_gives()
    {
        var image = new byte[96 * 160 * 3];
        for (var i = 0; i < image.Length; i++) image[i] = (byte)new KeyedRandom(3).Integer((ulong)i, 256);
        var patches = new PatchRows(96, 160);
        var mine = new float[patches.PatchesPerImage * patches.PatchLength];
        var driving = new float[mine.Length];

        patches.Write(image, 1f, mine);
        new ImageProcessor(16, 2, 2, 15360, 15360).Process(image, 96, 160, driving);

        for (var i = 0; i < mine.Length; i++) Assert.Equal(driving[i], mine[i], 1e-6);
    }

    [Fact]
    public void Halving_a_smooth_image_agrees_with_the_resize_of_driving()
    {
        var image = new byte[192 * 320 * 3];
        for (var y = 0; y < 192; y++)
            for (var x = 0; x < 320 * 3; x++) image[y * 960 + x] = (byte)(60 + x / 8 + y / 4);
        var processor = new ImageProcessor(16, 2, 2, 15360, 15360);

        var halved = WorldSource.Halve(image);
        var resized = processor.ResizeInterleaved(image, 192, 320).ToArray();

        Assert.Equal(96 * 160 * 3, halved.Length);
        var mean = halved.Average(v => (double)v);
        Assert.InRange(mean, 100, 180);
        Assert.Equal(resized.Average(v => (double)v), mean, 1.0);
    }

    [Fact]
    public void A_class_counts_from_its_least_number_of_pixels_on_in_its_own_patch()
    {
        var patches = new PatchRows(96, 160);
        var classes = new byte[96 * 160];
        // Patch (row 0, column 2) is the first patch of the second merge block: row 4.
        for (var x = 32; x < 34; x++) classes[x] = 2;
        var targets = new float[patches.PatchesPerImage * 2];

        patches.WriteClasses(classes, 3, 2, targets);
        Assert.Equal(1, targets[4 * 2 + 1]);
        Assert.Equal(1, targets.Sum());

        patches.WriteClasses(classes, 3, 3, targets);
        Assert.Equal(0, targets.Sum());
    }
}
