namespace FlashDrive.Driving.Motion;

/// <summary>
/// The ego vehicle's path over time, from poses at 10 Hz or more: position by a C² cubic spline with not-a-knot ends, rotation by
/// spherical interpolation, in float64, never beyond the first or last pose (alpamayo.md §16.3).
/// </summary>
public sealed class EgoMotion
{
    /// <summary>10 Hz with room for the jitter of real recorders; a longer gap would be invented motion.</summary>
    public const long LongestGapMicroseconds = 150_000;

    private const double UnitTolerance = 1e-3;
    private const long StepMicroseconds = 100_000;

    private readonly double _constantSpeed;
    private readonly TimedPose[] _poses;
    private readonly double[] _seconds;
    private readonly CubicSpline[] _position;

    /// <param name="poses">At least two, strictly increasing in time, at most 0.15 s apart, in any one frame with z up.</param>
    /// <exception cref="ClipException">poses_too_few, poses_backwards, poses_too_sparse, pose_not_finite or pose_not_unit.</exception>
    public EgoMotion(IReadOnlyList<TimedPose> poses)
    {
        if (poses.Count < 2)
            throw new ClipException(ClipFault.PosesTooFew, $"ego motion needs at least 2 poses, got {poses.Count}");
        _poses = [.. poses];
        for (var i = 0; i < _poses.Length; i++) Check(i);

        // Relative to the first sample: microseconds since 1970 leave too few digits for the cubes.
        _seconds = Array.ConvertAll(_poses, p => (p.TimestampMicroseconds - _poses[0].TimestampMicroseconds) * 1e-6);
        var origin = _poses[0].Pose.Position;
        _position =
        [
            new(_seconds, Array.ConvertAll(_poses, p => p.Pose.Position.X - origin.X)),
            new(_seconds, Array.ConvertAll(_poses, p => p.Pose.Position.Y - origin.Y)),
            new(_seconds, Array.ConvertAll(_poses, p => p.Pose.Position.Z - origin.Z)),
        ];
    }

    private EgoMotion(double speed)
    {
        _constantSpeed = speed;
        IsAssumed = true;
        (_poses, _seconds, _position) = ([], [], []);
    }

    /// <summary>Straight ahead at a constant speed, at every time: the assumption for a video that brings no poses.</summary>
    /// <param name="speed">Metres per second, finite.</param>
    public static EgoMotion Constant(double speed)
    {
        if (!double.IsFinite(speed))
            throw new ClipException(ClipFault.InvalidValue, $"a constant ego speed must be a finite number of metres per second, got {speed}");
        return new(speed);
    }

    /// <summary>True when the motion is assumed, not measured: it is no ground truth and <see cref="FutureAt"/> gives none.</summary>
    public bool IsAssumed { get; }

    /// <summary>Time of the first pose, microseconds since the Unix epoch; <see cref="long.MinValue"/> for an assumed motion.</summary>
    public long FirstMicroseconds => IsAssumed ? long.MinValue : _poses[0].TimestampMicroseconds;

    /// <summary>Time of the last pose; <see cref="long.MaxValue"/> for an assumed motion.</summary>
    public long LastMicroseconds => IsAssumed ? long.MaxValue : _poses[^1].TimestampMicroseconds;

    /// <summary>True when a pose exists at <paramref name="microseconds"/> without extrapolation.</summary>
    public bool Covers(long microseconds) => microseconds >= FirstMicroseconds && microseconds <= LastMicroseconds;

    /// <summary>Pose in the frame of the first pose's position (its orientation is the input's), interpolated.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is outside the poses.</exception>
    public Pose At(long microseconds)
    {
        if (!Covers(microseconds))
        {
            throw new ArgumentOutOfRangeException(nameof(microseconds), microseconds,
                $"poses cover {FirstMicroseconds} … {LastMicroseconds} µs and are not extrapolated");
        }
        if (IsAssumed) return new(new(_constantSpeed * (microseconds * 1e-6), 0, 0), Rotation.Identity);

        var seconds = (microseconds - FirstMicroseconds) * 1e-6;
        var i = IntervalOf(microseconds);
        TimedPose a = _poses[i], b = _poses[i + 1];
        var part = (double)(microseconds - a.TimestampMicroseconds) / (b.TimestampMicroseconds - a.TimestampMicroseconds);
        return new(
            new(_position[0].At(seconds, i), _position[1].At(seconds, i), _position[2].At(seconds, i)),
            Rotation.Slerp(a.Pose.Rotation, b.Pose.Rotation, part));
    }

    /// <summary>The 16 poses at t0 − 1.5 … t0 s seen from t0; null when t0 − 1.5 s or t0 is outside the poses.</summary>
    public EgoHistory? HistoryAt(long t0Microseconds)
    {
        if (IsAssumed) return EgoHistory.Straight(_constantSpeed);
        if (!Covers(t0Microseconds - EgoHistory.SpanMicroseconds) || !Covers(t0Microseconds)) return null;
        Span<Pose> world = stackalloc Pose[EgoHistory.Poses];
        for (var i = 0; i < world.Length; i++) world[i] = At(t0Microseconds - (EgoHistory.Poses - 1 - i) * StepMicroseconds);
        return EgoHistory.FromWorld(world);
    }

    /// <summary>The 64 poses at t0 + 0.1 … t0 + 6.4 s seen from t0; null when one is outside the poses or the motion is assumed.</summary>
    public Trajectory? FutureAt(long t0Microseconds)
    {
        if (IsAssumed || !Covers(t0Microseconds) || !Covers(t0Microseconds + Trajectory.Points * StepMicroseconds)) return null;
        var origin = At(t0Microseconds);
        var poses = new Pose[Trajectory.Points];
        for (var i = 0; i < poses.Length; i++) poses[i] = At(t0Microseconds + (i + 1) * StepMicroseconds).RelativeTo(origin);
        return new(poses);
    }

    private int IntervalOf(long microseconds)
    {
        int low = 0, high = _poses.Length - 1;
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            if (_poses[middle].TimestampMicroseconds <= microseconds) low = middle;
            else high = middle;
        }
        return low;
    }

    private void Check(int i)
    {
        var (time, pose) = _poses[i];
        if (!pose.IsFinite)
            throw new ClipException(ClipFault.PoseNotFinite, $"pose {i} at {time} µs is not finite: {pose}");
        var norm = pose.Rotation.Norm;
        if (Math.Abs(norm - 1) > UnitTolerance)
            throw new ClipException(ClipFault.PoseNotUnit, $"the quaternion of pose {i} at {time} µs has norm {norm:G6}, it must be 1 (w, x, y, z)");
        _poses[i] = new(time, pose with { Rotation = pose.Rotation.Normalized() });
        if (i == 0) return;
        var gap = time - _poses[i - 1].TimestampMicroseconds;
        if (gap <= 0)
            throw new ClipException(ClipFault.PosesBackwards, $"poses go backwards in time: pose {i} at {time} µs follows {time - gap} µs; times must increase");
        if (gap > LongestGapMicroseconds)
            throw new ClipException(ClipFault.PosesTooSparse, $"pose {i} at {time} µs comes {gap / 1000.0} ms after the one before; 10 Hz is needed (at most {LongestGapMicroseconds / 1000} ms)");
    }
}
