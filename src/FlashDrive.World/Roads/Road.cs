using FlashDrive.Driving;

namespace FlashDrive.World.Roads;

/// <summary>
/// The middle of the ego's lane as a curve in the ground plane, given by its curvature, and everything placed along it by
/// arc length s (metres) and offset d (metres, positive to the left).
/// </summary>
internal sealed class Road
{
    private const double Step = 0.5;
    private readonly double _start;
    private readonly double[] _x, _y, _heading, _curvature;

    /// <param name="start">Smallest s; there the road lies at (start, 0) and heads along +x.</param>
    /// <param name="bends">Not overlapping, in ascending order.</param>
    public Road(double start, double end, IReadOnlyList<Bend> bends)
    {
        _start = start;
        End = end;
        Bends = bends;
        var count = (int)Math.Ceiling((end - start) / Step) + 1;
        _x = new double[count];
        _y = new double[count];
        _heading = new double[count];
        _curvature = new double[count];
        _x[0] = start;
        for (var i = 0; i < count; i++)
        {
            foreach (var bend in bends) _curvature[i] += bend.CurvatureAt(start + i * Step);
            if (i == 0) continue;
            var mean = (_curvature[i - 1] + _curvature[i]) / 2;
            _heading[i] = _heading[i - 1] + mean * Step;
            var chordHeading = _heading[i - 1] + mean * Step / 2;
            _x[i] = _x[i - 1] + Step * Math.Cos(chordHeading);
            _y[i] = _y[i - 1] + Step * Math.Sin(chordHeading);
        }
    }

    public double Start => _start;

    public double End { get; }

    public IReadOnlyList<Bend> Bends { get; }

    public double HeadingAt(double s)
    {
        var (i, rest) = Locate(s);
        return _heading[i] + CurvatureAt(s, i, rest / 2) * rest;
    }

    public double CurvatureAt(double s)
    {
        var (i, rest) = Locate(s);
        return CurvatureAt(s, i, rest);
    }

    public (double X, double Y) PointAt(double s, double d)
    {
        var (i, rest) = Locate(s);
        var turn = CurvatureAt(s, i, rest / 2) * rest;
        var chord = _heading[i] + turn / 2;
        var (sin, cos) = Math.SinCos(_heading[i] + turn);
        return (_x[i] + rest * Math.Cos(chord) - d * sin, _y[i] + rest * Math.Sin(chord) + d * cos);
    }

    /// <param name="yaw">Heading relative to the road's.</param>
    public Pose PoseAt(double s, double d, double yaw)
    {
        var (x, y) = PointAt(s, d);
        return new(new(x, y, 0), Rotation.FromYaw(HeadingAt(s) + yaw));
    }

    /// <summary>The s and d of a point, searched near the road's curve.</summary>
    public (double S, double D) Project(double x, double y)
    {
        var best = 0;
        var bestSquare = double.PositiveInfinity;
        for (var i = 0; i < _x.Length; i++)
        {
            var square = (x - _x[i]) * (x - _x[i]) + (y - _y[i]) * (y - _y[i]);
            if (square < bestSquare) (best, bestSquare) = (i, square);
        }
        var (sin, cos) = Math.SinCos(_heading[best]);
        double dx = x - _x[best], dy = y - _y[best];
        return (_start + best * Step + dx * cos + dy * sin, -dx * sin + dy * cos);
    }

    private double CurvatureAt(double s, int i, double rest) =>
        i + 1 < _curvature.Length ? _curvature[i] + (_curvature[i + 1] - _curvature[i]) * rest / Step : _curvature[i];

    private (int Index, double Beyond) Locate(double s)
    {
        var i = Math.Clamp((int)Math.Floor((s - _start) / Step), 0, _x.Length - 1);
        return (i, s - _start - i * Step);
    }
}

/// <summary>A bend: the curvature (1/m, positive to the left) ramps up over <see cref="Ramp"/> metres, holds, and ramps down.</summary>
internal readonly record struct Bend(double From, double To, double Curvature, double Ramp)
{
    /// <summary>Radians turned from end to end.</summary>
    public double Angle => Curvature * (To - From - Ramp);

    public double CurvatureAt(double s) => Curvature * Math.Clamp(Math.Min(s - From, To - s) / Ramp, 0, 1);
}
