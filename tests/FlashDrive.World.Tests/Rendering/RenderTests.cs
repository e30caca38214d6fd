namespace FlashDrive.World.Tests.Rendering;

public sealed class RenderTests
{
    private static readonly DrivingWindow Window = WindowSampler.Onset(3, Cause.SteadyLead);

    [Fact]
    public void Both_sizes_show_the_same_picture()
    {
        var small = new byte[160 * 96 * 3];
        var large = new byte[320 * 192 * 3];
        foreach (var camera in Window.CameraIndices)
        {
            Window.Render(camera, 3, 160, 96, small);
            Window.Render(camera, 3, 320, 192, large);
            double difference = 0;
            for (var y = 0; y < 96; y++)
                for (var i = 0; i < 160 * 3; i++)
                {
                    int x = i / 3, c = i % 3;
                    int At(int dx, int dy) => large[((2 * y + dy) * 320 + 2 * x + dx) * 3 + c];
                    difference += Math.Abs(small[y * 480 + i] - (At(0, 0) + At(1, 0) + At(0, 1) + At(1, 1)) / 4.0);
                }
            Assert.InRange(difference / small.Length, 0, 6);
        }
    }

    [Fact]
    public void Picture_and_mask_can_be_asked_for_apart()
    {
        var rgb = new byte[160 * 96 * 3];
        var classes = new byte[160 * 96];
        Window.Render(1, 3, 160, 96, rgb, classes);
        var rgbOnly = new byte[rgb.Length];
        var classesOnly = new byte[classes.Length];
        Window.Render(1, 3, 160, 96, rgbOnly);
        Window.Render(1, 3, 160, 96, [], classesOnly);
        Assert.Equal(rgb, rgbOnly);
        Assert.Equal(classes, classesOnly);
    }

    [Fact]
    public void A_span_of_the_wrong_size_is_refused_with_the_size_it_should_have()
    {
        var refused = Assert.Throws<ArgumentException>(() => Window.Render(1, 3, 160, 96, new byte[100]));
        Assert.Contains("46080", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, 0)]
    [InlineData(1, 4)]
    [InlineData(1, -100)]
    public void A_camera_or_frame_that_does_not_exist_is_refused(int camera, int frame) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Window.Render(camera, frame, 160, 96, new byte[160 * 96 * 3]));

    [Fact]
    public void Frames_before_the_window_are_there_as_far_as_the_recording_goes()
    {
        Assert.True(Window.OldestFrame < 0);
        Window.Render(1, Window.OldestFrame, 160, 96, new byte[160 * 96 * 3]);
        Assert.Throws<ArgumentOutOfRangeException>(() => Window.Render(1, Window.OldestFrame - 1, 160, 96, new byte[160 * 96 * 3]));
    }

    [Fact]
    public void Frames_show_the_ego_moving()
    {
        var first = new byte[160 * 96 * 3];
        var last = new byte[160 * 96 * 3];
        Window.Render(0, 0, 160, 96, first);
        Window.Render(0, 3, 160, 96, last);
        Assert.InRange(first.Zip(last).Count(p => p.First != p.Second), 200, first.Length);
    }
}
