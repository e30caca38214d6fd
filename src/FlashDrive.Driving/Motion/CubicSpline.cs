namespace FlashDrive.Driving.Motion;

/// <summary>
/// Interpolating cubic spline with continuous second derivative and not-a-knot ends (the third derivative is continuous at the
/// second and the last but one knot). Two knots give a line, three a parabola. Float64; O(n) to build, O(log n) to read.
/// </summary>
internal sealed class CubicSpline
{
    private readonly double[] _x, _y, _curvature;

    /// <param name="x">[n ≥ 2] knots, strictly increasing.</param>
    /// <param name="y">[n] values.</param>
    public CubicSpline(double[] x, double[] y)
    {
        _x = x;
        _y = y;
        _curvature = SecondDerivatives(x, y);
    }

    /// <summary>Value at <paramref name="x"/>; <paramref name="interval"/> is the index of the knot at or before it.</summary>
    public double At(double x, int interval)
    {
        var i = interval;
        double h = _x[i + 1] - _x[i], left = _x[i + 1] - x, right = x - _x[i];
        return _curvature[i] * left * left * left / (6 * h) + _curvature[i + 1] * right * right * right / (6 * h)
            + (_y[i] / h - _curvature[i] * h / 6) * left + (_y[i + 1] / h - _curvature[i + 1] * h / 6) * right;
    }

    private static double[] SecondDerivatives(double[] x, double[] y)
    {
        var n = x.Length;
        var m = new double[n];
        if (n == 2) return m;

        double H(int i) => x[i + 1] - x[i];
        double Slope(int i) => (y[i + 1] - y[i]) / H(i);
        if (n == 3)
        {
            Array.Fill(m, 2 * (Slope(1) - Slope(0)) / (x[2] - x[0]));
            return m;
        }

        // Continuity of the slope at the inner knots; the end conditions express m[0] and m[n−1] through their neighbours, which
        // changes the first and the last row and leaves a tridiagonal system in m[1] … m[n−2].
        var rows = n - 2;
        double[] lower = new double[rows], diagonal = new double[rows], upper = new double[rows], right = new double[rows];
        for (var k = 0; k < rows; k++)
        {
            var i = k + 1;
            lower[k] = H(i - 1);
            diagonal[k] = 2 * (H(i - 1) + H(i));
            upper[k] = H(i);
            right[k] = 6 * (Slope(i) - Slope(i - 1));
        }
        double first = H(0) / H(1), last = H(n - 2) / H(n - 3);
        diagonal[0] += H(0) * (1 + first);
        upper[0] -= H(0) * first;
        diagonal[^1] += H(n - 2) * (1 + last);
        lower[^1] -= H(n - 2) * last;

        for (var k = 1; k < rows; k++)
        {
            var w = lower[k] / diagonal[k - 1];
            diagonal[k] -= w * upper[k - 1];
            right[k] -= w * right[k - 1];
        }
        m[rows] = right[^1] / diagonal[^1];
        for (var k = rows - 2; k >= 0; k--) m[k + 1] = (right[k] - upper[k] * m[k + 2]) / diagonal[k];
        m[0] = m[1] + first * (m[1] - m[2]);
        m[n - 1] = m[n - 2] + last * (m[n - 2] - m[n - 3]);
        return m;
    }
}
