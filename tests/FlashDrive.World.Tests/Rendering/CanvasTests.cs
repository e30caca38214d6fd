using FlashDrive.World.Rendering;

namespace FlashDrive.World.Tests.Rendering;

public sealed class CanvasTests
{
    private const int Width = 20, Height = 8;

    [Fact]
    public void A_rectangle_fills_the_pixels_whose_centres_it_holds()
    {
        var canvas = Fresh();
        Assert.True(canvas.Fill([2.4f, 13.6f, 13.6f, 2.4f], [1, 1, 3, 3], 0, 0, 1, 0xFFu));
        Assert.Equal(Enumerable.Range(0, Width * Height).Where(i => i / Width is 1 or 2 && i % Width is >= 2 and < 14), Painted(canvas));
    }

    [Fact]
    public void What_is_nearer_stays_in_front_in_whatever_order_it_is_painted()
    {
        var canvas = Fresh();
        canvas.Fill([0, 20, 20, 0], [0, 0, 8, 8], 0, 0, 0.5f, 1);
        canvas.Fill([0, 10, 10, 0], [0, 0, 8, 8], 0, 0, 0.25f, 2);
        canvas.Fill([10, 20, 20, 10], [0, 0, 8, 8], 0, 0, 1f, 3);
        Assert.All(Enumerable.Range(0, Width), x => Assert.Equal(x < 10 ? 1u : 3u, canvas.Row(4)[x]));
    }

    [Fact]
    public void A_slanted_face_is_cut_where_it_passes_behind_another()
    {
        var canvas = Fresh();
        canvas.Fill([0, 20, 20, 0], [0, 0, 8, 8], 0, 0, 0.5f, 1);
        canvas.Fill([0, 20, 20, 0], [0, 0, 8, 8], 0.05f, 0, 0, 2);
        Assert.All(Enumerable.Range(0, Width), x => Assert.Equal(0.05f * (x + 0.5f) > 0.5f ? 2u : 1u, canvas.Row(4)[x]));
    }

    [Theory]
    [InlineData(160, 1)]
    [InlineData(320, 4)]
    public void The_smallest_thing_is_one_pixel_of_a_picture_160_wide(int width, int pixels)
    {
        var canvas = new Canvas();
        canvas.Begin(width, 96);
        for (var y = 0; y < 96; y++) canvas.Row(y).Clear();
        canvas.FillGrain(50.5f, 20.5f, 1, 0xFFu);
        var classes = new byte[width * 96];
        var rgb = new byte[width * 96 * 3];
        canvas.Read(rgb, classes);
        Assert.Equal(pixels, rgb.Count(b => b == 0xFF));
    }

    [Fact]
    public void Reading_takes_colour_and_class_apart()
    {
        var canvas = Fresh();
        canvas.Row(Height - 1)[Width - 1] = new Rgb(10, 20, 30).Pack(ObjectClass.Cone);
        canvas.Row(0)[0] = new Rgb(300, -5, 30.6f).Pack(ObjectClass.Road);
        var rgb = new byte[Width * Height * 3];
        var classes = new byte[Width * Height];
        canvas.Read(rgb, classes);
        Assert.Equal([10, 20, 30], rgb[^3..]);
        Assert.Equal((byte)ObjectClass.Cone, classes[^1]);
        Assert.Equal([255, 0, 31], rgb[..3]);
        Assert.Equal((byte)ObjectClass.Road, classes[0]);
    }

    private static Canvas Fresh()
    {
        var canvas = new Canvas();
        canvas.Begin(Width, Height);
        for (var y = 0; y < Height; y++) canvas.Row(y).Clear();
        return canvas;
    }

    private static IEnumerable<int> Painted(Canvas canvas)
    {
        var rgb = new byte[Width * Height * 3];
        canvas.Read(rgb, []);
        return Enumerable.Range(0, Width * Height).Where(i => rgb[3 * i] != 0);
    }
}
