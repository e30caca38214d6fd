namespace FlashDrive.Driving;

/// <summary>A point or displacement in metres: x forward, y left, z up.</summary>
public readonly record struct Vec3(double X, double Y, double Z)
{
    public static readonly Vec3 Zero = default;

    public double Length => Math.Sqrt(X * X + Y * Y + Z * Z);

    /// <summary>Length of the ground-plane part, which is what the driving metrics use.</summary>
    public double LengthXy => Math.Sqrt(X * X + Y * Y);

    public bool IsFinite => double.IsFinite(X) && double.IsFinite(Y) && double.IsFinite(Z);

    public static Vec3 operator +(Vec3 a, Vec3 b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z);

    public static Vec3 operator -(Vec3 a, Vec3 b) => new(a.X - b.X, a.Y - b.Y, a.Z - b.Z);

    public static Vec3 operator *(double s, Vec3 a) => new(s * a.X, s * a.Y, s * a.Z);

    public static Vec3 Lerp(Vec3 a, Vec3 b, double t) => new(a.X + t * (b.X - a.X), a.Y + t * (b.Y - a.Y), a.Z + t * (b.Z - a.Z));

    public override string ToString() => $"({X}, {Y}, {Z})";
}
