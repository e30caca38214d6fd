namespace FlashDrive.Driving;

/// <summary>A unit quaternion (w, x, y, z) that turns body coordinates into world coordinates. Angles in radians, yaw positive to the left.</summary>
public readonly record struct Rotation(double W, double X, double Y, double Z)
{
    public static readonly Rotation Identity = new(1, 0, 0, 0);

    public double Yaw => Math.Atan2(2 * (W * Z + X * Y), 1 - 2 * (Y * Y + Z * Z));

    public Rotation Inverse => new(W, -X, -Y, -Z);

    public double Norm => Math.Sqrt(W * W + X * X + Y * Y + Z * Z);

    public bool IsFinite => double.IsFinite(W) && double.IsFinite(X) && double.IsFinite(Y) && double.IsFinite(Z);

    public static Rotation FromYaw(double yaw) => new(Math.Cos(yaw / 2), 0, 0, Math.Sin(yaw / 2));

    public static Rotation operator *(Rotation a, Rotation b) => new(
        a.W * b.W - a.X * b.X - a.Y * b.Y - a.Z * b.Z,
        a.W * b.X + a.X * b.W + a.Y * b.Z - a.Z * b.Y,
        a.W * b.Y - a.X * b.Z + a.Y * b.W + a.Z * b.X,
        a.W * b.Z + a.X * b.Y - a.Y * b.X + a.Z * b.W);

    public Vec3 Rotate(Vec3 v)
    {
        var u = new Vec3(X, Y, Z);
        var t = 2 * Cross(u, v);
        return v + W * t + Cross(u, t);
    }

    public Rotation Normalized()
    {
        var n = Norm;
        return new(W / n, X / n, Y / n, Z / n);
    }

    /// <summary>Row-major 3x3 matrix M with M·body = world.</summary>
    public void ToMatrix(Span<float> rowMajor)
    {
        rowMajor[0] = (float)(1 - 2 * (Y * Y + Z * Z)); rowMajor[1] = (float)(2 * (X * Y - W * Z)); rowMajor[2] = (float)(2 * (X * Z + W * Y));
        rowMajor[3] = (float)(2 * (X * Y + W * Z)); rowMajor[4] = (float)(1 - 2 * (X * X + Z * Z)); rowMajor[5] = (float)(2 * (Y * Z - W * X));
        rowMajor[6] = (float)(2 * (X * Z - W * Y)); rowMajor[7] = (float)(2 * (Y * Z + W * X)); rowMajor[8] = (float)(1 - 2 * (X * X + Y * Y));
    }

    /// <summary>The rotation of a row-major 3x3 matrix; the largest diagonal case is taken so that no division is by a small number.</summary>
    public static Rotation FromMatrix(ReadOnlySpan<float> m)
    {
        double trace = m[0] + m[4] + m[8];
        Rotation q;
        if (trace > 0) q = new(trace + 1, m[7] - m[5], m[2] - m[6], m[3] - m[1]);
        else if (m[0] >= m[4] && m[0] >= m[8]) q = new(m[7] - m[5], 1 + m[0] - m[4] - m[8], m[1] + m[3], m[2] + m[6]);
        else if (m[4] >= m[8]) q = new(m[2] - m[6], m[1] + m[3], 1 + m[4] - m[0] - m[8], m[5] + m[7]);
        else q = new(m[3] - m[1], m[2] + m[6], m[5] + m[7], 1 + m[8] - m[0] - m[4]);
        return q.Normalized();
    }

    /// <summary>Spherical interpolation along the shorter arc, t in [0, 1].</summary>
    public static Rotation Slerp(Rotation a, Rotation b, double t)
    {
        var dot = a.W * b.W + a.X * b.X + a.Y * b.Y + a.Z * b.Z;
        var sign = dot < 0 ? -1.0 : 1.0;
        dot *= sign;
        double wa = 1 - t, wb = t;
        if (dot < 0.9999999)
        {
            var angle = Math.Acos(dot);
            wa = Math.Sin((1 - t) * angle) / Math.Sin(angle);
            wb = Math.Sin(t * angle) / Math.Sin(angle);
        }
        wb *= sign;
        return new Rotation(wa * a.W + wb * b.W, wa * a.X + wb * b.X, wa * a.Y + wb * b.Y, wa * a.Z + wb * b.Z).Normalized();
    }

    /// <summary>The generated text would print <see cref="Inverse"/> of <see cref="Inverse"/> without end.</summary>
    public override string ToString() => $"(w {W}, x {X}, y {Y}, z {Z})";

    private static Vec3 Cross(Vec3 a, Vec3 b) => new(a.Y * b.Z - a.Z * b.Y, a.Z * b.X - a.X * b.Z, a.X * b.Y - a.Y * b.X);
}
