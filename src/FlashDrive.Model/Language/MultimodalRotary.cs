using FlashDrive.Model.Layers;
using FlashDrive.Torch;

namespace FlashDrive.Model.Language;

/// <summary>
/// Interleaved multimodal rotary embedding (alpamayo.md §8.2): frequency j is driven by axis H for j ≡ 1 (mod 3) below 3·section[1],
/// by W for j ≡ 2 below 3·section[2], by T otherwise. Equal axes give ordinary one-dimensional rotary embedding.
/// </summary>
public sealed class MultimodalRotary
{
    // Positions whose angles are kept: more than a window and a thought have. Beyond them angles are computed where they are used.
    private const int MostKept = 8192;

    private readonly float[] _frequencies;
    private readonly int[] _axis;
    private readonly int _headDim;

    // [position, frequency], replaced by a longer table as positions come up; a table never changes, so threads share it without a lock.
    private volatile (float Cos, float Sin)[] _kept = [];

    public MultimodalRotary(double theta, int headDim, IReadOnlyList<int> section)
    {
        _headDim = headDim;
        _frequencies = RotaryFrequencies.Of(theta, headDim);
        _axis = new int[headDim / 2];
        for (var j = 0; j < _axis.Length; j++)
            _axis[j] = j % 3 == 1 && j < 3 * section[1] ? 1 : j % 3 == 2 && j < 3 * section[2] ? 2 : 0;
    }

    /// <param name="positions">[3·rows]: all T positions, then all H, then all W.</param>
    /// <returns>float32 tables [rows, headDim]; angles are formed in float32.</returns>
    public RotaryTables Tables(ReadOnlySpan<int> positions)
    {
        var rows = positions.Length / 3;
        var half = _headDim / 2;
        var (cos, sin) = (torch.empty(rows, _headDim), torch.empty(rows, _headDim));
        var c = cos.buffer<float>();
        var s = sin.buffer<float>();
        var kept = Kept(positions);
        for (var r = 0; r < rows; r++)
            for (var j = 0; j < half; j++)
            {
                var place = r * _headDim + j;
                var index = (long)positions[_axis[j] * rows + r] * half + j;
                var (x, y) = (ulong)index < (ulong)kept.Length ? kept[index] : Angle(positions[_axis[j] * rows + r], j);
                c[place] = c[place + half] = x;
                s[place] = s[place + half] = y;
            }
        return new(cos, sin);
    }

    /// <summary>Tables of <paramref name="rows"/> text tokens that follow each other from <paramref name="start"/> on.</summary>
    public RotaryTables TextTables(int start, int rows)
    {
        var positions = rows <= 512 ? stackalloc int[3 * rows] : new int[3 * rows];
        for (var i = 0; i < positions.Length; i++) positions[i] = start + i % rows;
        return Tables(positions);
    }

    private (float Cos, float Sin) Angle(int position, int frequency)
    {
        var angle = position * _frequencies[frequency];
        return ((float)Math.Cos(angle), (float)Math.Sin(angle));
    }

    private (float Cos, float Sin)[] Kept(ReadOnlySpan<int> positions)
    {
        var half = _headDim / 2;
        var most = 0;
        foreach (var position in positions) most = Math.Max(most, position);
        var kept = _kept;
        if (most < kept.Length / half || kept.Length == MostKept * half) return kept;
        var longer = new (float, float)[Math.Min(MostKept, Math.Max(most + 1, 2 * kept.Length / half)) * half];
        for (var i = 0; i < longer.Length; i++) longer[i] = i < kept.Length ? kept[i] : Angle(i / half, i % half);
        return _kept = longer;
    }
}
