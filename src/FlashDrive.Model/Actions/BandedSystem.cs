namespace FlashDrive.Model.Actions;

/// <summary>
/// A symmetric banded linear system, solved by Cholesky factorisation in O(n·bandwidth²). The reference solves the same systems
/// with dense float32 matrices; in double the difference is rounding only.
/// </summary>
internal sealed class BandedSystem(int size, int bandwidth)
{
    // Lower triangle by rows: entry (i, i − k) at k, k = 0…bandwidth.
    private readonly double[] _lower = new double[size * (bandwidth + 1)];

    public double[] RightSide { get; } = new double[size];

    public void Add(int row, int column, double value)
    {
        var (i, k) = row >= column ? (row, row - column) : (column, column - row);
        _lower[i * (bandwidth + 1) + k] += value;
    }

    public void AddDiagonal(double value)
    {
        for (var i = 0; i < size; i++) Add(i, i, value);
    }

    /// <summary>
    /// Adds weight · DᵀD, where each row of D holds <paramref name="stencil"/> at one of its places over <paramref name="points"/> points.
    /// Point 0 is a known value when there is one point more than unknowns: its part moves to the right side.
    /// </summary>
    public void AddSmoothing(ReadOnlySpan<double> stencil, double weight, int points, double known = 0)
    {
        var skipped = points - size;
        for (var place = 0; place + stencil.Length <= points; place++)
            for (var a = 0; a < stencil.Length; a++)
                for (var b = 0; b <= a; b++)
                {
                    var (i, j, value) = (place + a - skipped, place + b - skipped, weight * stencil[a] * stencil[b]);
                    if (i < 0) continue;
                    if (j < 0) RightSide[i] -= value * known;
                    else Add(i, j, value);
                }
    }

    /// <summary>The solution, or null when the matrix is not positive definite to rounding.</summary>
    public double[]? Solve()
    {
        var width = bandwidth + 1;
        var factor = (double[])_lower.Clone();
        var x = (double[])RightSide.Clone();
        for (var i = 0; i < size; i++)
        {
            for (var k = Math.Min(i, bandwidth); k >= 0; k--)
            {
                var j = i - k;
                var sum = factor[i * width + k];
                for (var m = Math.Max(0, i - bandwidth); m < j; m++) sum -= factor[i * width + i - m] * factor[j * width + j - m];
                if (k > 0)
                {
                    factor[i * width + k] = sum / factor[j * width];
                    continue;
                }
                if (!(sum > 0)) return null;
                factor[i * width] = Math.Sqrt(sum);
            }
        }
        for (var i = 0; i < size; i++)
        {
            for (var k = 1; k <= Math.Min(i, bandwidth); k++) x[i] -= factor[i * width + k] * x[i - k];
            x[i] /= factor[i * width];
        }
        for (var i = size - 1; i >= 0; i--)
        {
            for (var k = 1; k <= bandwidth && i + k < size; k++) x[i] -= factor[(i + k) * width + k] * x[i + k];
            x[i] /= factor[i * width];
        }
        return x;
    }
}
