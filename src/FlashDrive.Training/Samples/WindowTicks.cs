using FlashDrive.Driving;
using FlashDrive.Inference.Stages;
using FlashDrive.World;

namespace FlashDrive.Training.Samples;

/// <summary>A single window of the world as the ticks that the engine receives, at the size of a clip.</summary>
public static class WindowTicks
{
    private const int Width = ClipMaker.DefaultWidth, Height = ClipMaker.DefaultHeight;
    private const long TickMicroseconds = 100_000;

    /// <param name="frameId">Names the noise: equal numbers draw equal noise.</param>
    /// <param name="grey">Every pixel mid grey.</param>
    public static IngestedWindow Of(DrivingWindow window, long frameId, bool grey = false) =>
        new([.. Enumerable.Range(0, DrivingWindow.Frames).Select(f => Tick(window, f, frameId, grey, (f + 1) * TickMicroseconds))]);

    /// <summary>The last ticks of a stream that ends with the window, oldest first; the newest knows the expert's future.</summary>
    /// <param name="count">At most <see cref="DrivingWindow.Frames"/> − <see cref="DrivingWindow.OldestFrame"/>.</param>
    public static IReadOnlyList<FrameBundle> Stream(DrivingWindow window, int count) =>
        [.. Enumerable.Range(0, count).Select(i =>
        {
            var tick = Tick(window, DrivingWindow.Frames - count + i, i, grey: false, time: (i + 1) * TickMicroseconds);
            return i == count - 1 ? tick with { Future = window.Future } : tick;
        })];

    private static FrameBundle Tick(DrivingWindow window, int frame, long frameId, bool grey, long time)
    {
        var images = window.CameraIndices.Select(camera =>
        {
            var rgb = new byte[Width * Height * 3];
            if (grey) Array.Fill(rgb, (byte)128);
            else window.Render(camera, frame, Width, Height, rgb);
            return new CameraFrame(camera, time, Width, Height, rgb);
        });
        // Only the newest tick's history is read; it is the one at t0.
        return new(frameId, time, [.. images], window.History);
    }
}
