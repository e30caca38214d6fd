namespace FlashDrive.Driving.Metrics;

/// <summary>A rectangle on the ground: centre in metres, yaw in radians (positive to the left), full length and width in metres.</summary>
public readonly record struct OrientedBox(double X, double Y, double Yaw, double Length, double Width)
{
    /// <summary>Front left, front right, rear right, rear left.</summary>
    public (double X, double Y)[] Corners()
    {
        var (sin, cos) = Math.SinCos(Yaw);
        double lx = cos * Length / 2, ly = sin * Length / 2, wx = -sin * Width / 2, wy = cos * Width / 2;
        return [(X + lx + wx, Y + ly + wy), (X + lx - wx, Y + ly - wy), (X - lx - wx, Y - ly - wy), (X - lx + wx, Y - ly + wy)];
    }

    /// <summary>True when the rectangles share area; touching edges do not count. Separating-axis test on both pairs of axes.</summary>
    public bool Overlaps(OrientedBox other) => !SeparatedOnAxesOf(this, other) && !SeparatedOnAxesOf(other, this);

    private static bool SeparatedOnAxesOf(OrientedBox a, OrientedBox b)
    {
        var (sin, cos) = Math.SinCos(a.Yaw);
        double dx = b.X - a.X, dy = b.Y - a.Y;
        var (rs, rc) = Math.SinCos(b.Yaw - a.Yaw);
        rs = Math.Abs(rs);
        rc = Math.Abs(rc);
        return Math.Abs(dx * cos + dy * sin) >= (a.Length + b.Length * rc + b.Width * rs) / 2
            || Math.Abs(dy * cos - dx * sin) >= (a.Width + b.Length * rs + b.Width * rc) / 2;
    }
}
