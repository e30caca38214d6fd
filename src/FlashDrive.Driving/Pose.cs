namespace FlashDrive.Driving;

/// <summary>Where the ego vehicle is and how it is turned.</summary>
public readonly record struct Pose(Vec3 Position, Rotation Rotation)
{
    public static readonly Pose Identity = new(Vec3.Zero, Rotation.Identity);

    public bool IsFinite => Position.IsFinite && Rotation.IsFinite;

    /// <summary>This pose seen from <paramref name="origin"/>: p' = R0⁻¹(p − p0), R' = R0⁻¹R (alpamayo.md §16.3).</summary>
    public Pose RelativeTo(Pose origin)
    {
        var inverse = origin.Rotation.Inverse;
        return new(inverse.Rotate(Position - origin.Position), inverse * Rotation);
    }

    public static Pose Interpolate(Pose a, Pose b, double t) => new(Vec3.Lerp(a.Position, b.Position, t), Rotation.Slerp(a.Rotation, b.Rotation, t));

    public override string ToString() => $"position {Position} rotation {Rotation}";
}

/// <summary>A pose at a time in microseconds since the Unix epoch.</summary>
public readonly record struct TimedPose(long TimestampMicroseconds, Pose Pose);
