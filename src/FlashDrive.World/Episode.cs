using FlashDrive.Driving;

namespace FlashDrive.World;

/// <summary>A continuous drive with several events, ten frames a second.</summary>
public sealed class Episode
{
    private Episode(double seconds) => Seconds = seconds;

    public double Seconds { get; }

    public static Episode Create(ulong seed, double seconds) => throw new NotImplementedException();

    /// <summary>Ego pose in the world frame at a time in seconds from the start.</summary>
    public Pose PoseAt(double time) => throw new NotImplementedException();

    /// <summary>The moment as a window; its history needs 1.5 s before <paramref name="time"/> and its future 6.4 s after.</summary>
    public DrivingWindow WindowAt(double time) => throw new NotImplementedException();

    public void Render(int cameraIndex, double time, int width, int height, Span<byte> rgb, Span<byte> classes = default) => throw new NotImplementedException();
}
