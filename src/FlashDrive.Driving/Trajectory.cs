namespace FlashDrive.Driving;

/// <summary>
/// A planned or driven path in the ego frame at the newest frame (t0): x forward, y left, z up, metres; 64 points at 10 Hz,
/// point k at t0 + 0.1·(k+1) s, so the last lies at 6.4 s.
/// </summary>
public sealed class Trajectory
{
    public const int Points = 64;
    public const double StepSeconds = 0.1;
    public const double HorizonSeconds = Points * StepSeconds;

    private readonly Pose[] _poses;

    /// <exception cref="ArgumentException">The number of poses is not <see cref="Points"/>.</exception>
    public Trajectory(ReadOnlySpan<Pose> poses)
    {
        if (poses.Length != Points)
            throw new ArgumentException($"a trajectory has {Points} points (6.4 s at 10 Hz), got {poses.Length}", nameof(poses));
        _poses = poses.ToArray();
    }

    public ReadOnlySpan<Pose> Poses => _poses;

    public Pose this[int index] => _poses[index];

    public Vec3 End => _poses[^1].Position;
}
