namespace FlashDrive.Driving.Tests.Metrics;

internal static class Paths
{
    /// <summary>Straight at a speed, shifted sideways.</summary>
    public static Trajectory Straight(double speed, double left = 0) => Of(t => new(new(speed * t, left, 0), Rotation.Identity));

    public static Trajectory Of(Func<double, Pose> pose) =>
        new(Enumerable.Range(1, Trajectory.Points).Select(k => pose(k / 10.0)).ToArray());
}
