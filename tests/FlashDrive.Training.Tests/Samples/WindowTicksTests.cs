using FlashDrive.Training.Samples;
using FlashDrive.World;

namespace FlashDrive.Training.Tests.Samples;

public sealed class WindowTicksTests
{
    [Fact]
    public void A_stream_ends_with_the_windows_own_pictures_and_begins_with_older_ones()
    {
        var window = WindowSampler.Sample(41, WindowKind.Onset);
        var count = DrivingWindow.Frames - window.OldestFrame;

        var (stream, whole) = (WindowTicks.Stream(window, count), WindowTicks.Of(window, 0));

        Assert.Equal(17, count);
        for (var i = 0; i < DrivingWindow.Frames; i++)
            Assert.Equal(whole.Ticks[i].Frames[1].Rgb, stream[count - DrivingWindow.Frames + i].Frames[1].Rgb);
        Assert.NotEqual(stream[0].Frames[1].Rgb, whole.Ticks[0].Frames[1].Rgb);
        Assert.Same(window.Future, stream[^1].Future);
        Assert.All(stream.Zip(stream.Skip(1)), pair => Assert.Equal((1, 100_000), (pair.Second.FrameId - pair.First.FrameId, pair.Second.TickMicroseconds - pair.First.TickMicroseconds)));
        Assert.Throws<ArgumentOutOfRangeException>(() => WindowTicks.Stream(window, count + 1));
    }
}
