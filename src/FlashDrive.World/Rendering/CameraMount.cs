namespace FlashDrive.World.Rendering;

/// <summary>Where a camera sits on the ego (metres from the rear axle on the ground; x forward, y left, z up), where it looks (radians) and how wide.</summary>
internal readonly record struct CameraMount(double X, double Y, double Z, double Yaw, double Pitch, double HorizontalFieldOfView)
{
    /// <summary>The mount of a camera of the default set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is not 0, 1, 2 or 6.</exception>
    public static CameraMount Of(int cameraIndex) => cameraIndex switch
    {
        0 => new(1.9, 0.7, 1.45, Degrees(58), Degrees(-3), Degrees(90)),
        1 => new(2.0, 0.0, 1.50, 0, Degrees(-3), Degrees(80)),
        2 => new(1.9, -0.7, 1.45, Degrees(-58), Degrees(-3), Degrees(90)),
        6 => new(2.0, 0.0, 1.52, 0, Degrees(0.5), Degrees(30)),
        _ => throw new ArgumentOutOfRangeException(nameof(cameraIndex), cameraIndex, "the world has cameras 0, 1, 2 and 6"),
    };

    private static double Degrees(double degrees) => degrees * Math.PI / 180;
}
