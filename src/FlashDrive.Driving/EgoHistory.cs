namespace FlashDrive.Driving;

/// <summary>
/// The driven path up to now: 16 poses at 10 Hz, oldest first, at t0 − 1.5 … t0, in the ego frame at t0 (x forward, y left,
/// z up, metres). The newest pose is therefore the identity (alpamayo.md §16.2, §16.3).
/// </summary>
public sealed class EgoHistory
{
    public const int Poses = 16;
    public const double StepSeconds = 0.1;
    public const long SpanMicroseconds = 1_500_000;

    private const double IdentityTolerance = 1e-6, UnitTolerance = 1e-3;

    private readonly Pose[] _poses;

    /// <param name="poses">[16] poses in the ego frame of the last one.</param>
    /// <exception cref="ArgumentException">Another count, a number that is not finite, a quaternion that is not of unit length, or a last pose that is not the identity.</exception>
    public EgoHistory(ReadOnlySpan<Pose> poses)
    {
        if (poses.Length != Poses)
            throw new ArgumentException($"an ego history has {Poses} poses (1.5 s at 10 Hz), got {poses.Length}", nameof(poses));
        for (var i = 0; i < poses.Length; i++)
        {
            if (!poses[i].IsFinite)
                throw new ArgumentException($"pose {i} of the ego history is not finite: {poses[i]}", nameof(poses));
            if (Math.Abs(poses[i].Rotation.Norm - 1) > UnitTolerance)
                throw new ArgumentException($"the rotation of pose {i} of the ego history has norm {poses[i].Rotation.Norm}, it must be 1", nameof(poses));
        }
        var last = poses[^1];
        if (last.Position.Length > IdentityTolerance || Math.Abs(Math.Abs(last.Rotation.W) - 1) > IdentityTolerance)
            throw new ArgumentException($"the newest pose of an ego history must be the identity, got {last}; use EgoHistory.FromWorld for world poses", nameof(poses));
        _poses = poses.ToArray();
        _poses[^1] = Pose.Identity;
    }

    /// <summary>The history seen from its newest pose.</summary>
    /// <param name="worldPoses">[16] poses in any one frame, oldest first, 0.1 s apart.</param>
    public static EgoHistory FromWorld(ReadOnlySpan<Pose> worldPoses)
    {
        if (worldPoses.Length != Poses)
            throw new ArgumentException($"an ego history has {Poses} poses (1.5 s at 10 Hz), got {worldPoses.Length}", nameof(worldPoses));
        Span<Pose> local = stackalloc Pose[Poses];
        for (var i = 0; i < Poses; i++) local[i] = worldPoses[i].RelativeTo(worldPoses[^1]);
        return new(local);
    }

    /// <summary>Straight ahead at a constant speed.</summary>
    /// <param name="speed">Metres per second.</param>
    public static EgoHistory Straight(double speed)
    {
        Span<Pose> local = stackalloc Pose[Poses];
        for (var i = 0; i < Poses; i++) local[i] = new(new(speed * StepSeconds * (i - (Poses - 1)), 0, 0), Rotation.Identity);
        return new(local);
    }

    public ReadOnlySpan<Pose> AsSpan() => _poses;

    /// <summary>Pose <paramref name="index"/>, 0 = oldest, 15 = newest.</summary>
    public Pose this[int index] => _poses[index];

    /// <summary>Metres per second over the newest 0.1 s, along the ego's heading; negative when reversing.</summary>
    public double Speed => -_poses[^2].Position.X / StepSeconds;

    /// <summary>Radians per second over the newest 0.1 s, positive to the left.</summary>
    public double YawRate => -_poses[^2].Rotation.Yaw / StepSeconds;
}
