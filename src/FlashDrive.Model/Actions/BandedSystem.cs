namespace FlashDrive.Model.Actions;

/// <summary>
/// A symmetric banded linear system, solved by Cholesky factorisation in O(n·bandwidth²), in memory of the caller. The reference solves
/// the same systems with dense float32 matrices; in double the difference is rounding only.
/// </summary>
internal readonly ref struct BandedSystem
{
    // Lower triangle by rows: entry (i, i − k) at k, k = 0…bandwidth.
    private readonly Span<double> _lower;
    private readonly int _size, _bandwidth;

    /// <param name="memory">At least <see cref="MemoryLength"/> values; what they hold is overwritten.</param>
    public BandedSystem(int size, int bandwidth, Span<double> memory)
    {
        (_size, _bandwidth) = (size, bandwidth);
        _lower = memory[..(size * (bandwidth + 1))];
        RightSide = memory.Slice(_lower.Length, size);
        _lower.Clear();
        RightSide.Clear();
    }

    /// <summary>[size], the solution after <see cref="Solve"/>.</summary>
    public Span<double> RightSide { get; }

    public static int MemoryLength(int size, int bandwidth) => size * (bandwidth + 2);

    public void Add(int row, int column, double value)
    {
        var (i, k) = row >= column ? (row, row - column) : (column, column - row);
        _lower[i * (_bandwidth + 1) + k] += value;
    }

    public void AddDiagonal(double value)
    {
        for (var i = 0; i < _size; i++) Add(i, i, value);
    }

    /// <summary>
    /// Adds weight · DᵀD, where each row of D holds <paramref name="stencil"/> at one of its places over <paramref name="points"/> points.
    /// Point 0 is a known value when there is one point more than unknowns: its part moves to the right side.
    /// </summary>
    public void AddSmoothing(ReadOnlySpan<double> stencil, double weight, int points, double known = 0)
    {
        var skipped = points - _size;
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

    /// <summary>
    /// Turns the right side into the solution and uses the matrix up; false when the matrix is not positive definite to rounding.
    /// </summary>
    public bool Solve()
    {
        var width = _bandwidth + 1;
        var factor = _lower;
        var x = RightSide;
        for (var i = 0; i < _size; i++)
        {
            for (var k = Math.Min(i, _bandwidth); k >= 0; k--)
            {
                var j = i - k;
                var sum = factor[i * width + k];
                for (var m = Math.Max(0, i - _bandwidth); m < j; m++) sum -= factor[i * width + i - m] * factor[j * width + j - m];
                if (k > 0)
                {
                    factor[i * width + k] = sum / factor[j * width];
                    continue;
                }
                if (!(sum > 0)) return false;
                factor[i * width] = Math.Sqrt(sum);
            }
        }
        for (var i = 0; i < _size; i++)
        {
            for (var k = 1; k <= Math.Min(i, _bandwidth); k++) x[i] -= factor[i * width + k] * x[i - k];
            x[i] /= factor[i * width];
        }
        for (var i = _size - 1; i >= 0; i--)
        {
            for (var k = 1; k <= _bandwidth && i + k < _size; k++) x[i] -= factor[(i + k) * width + k] * x[i + k];
            x[i] /= factor[i * width];
        }
        return true;
    }
}
