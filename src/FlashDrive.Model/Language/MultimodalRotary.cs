using FlashDrive.Model.Layers;
using FlashDrive.Torch;

namespace FlashDrive.Model.Language;

/// <summary>
/// Interleaved multimodal rotary embedding (alpamayo.md §8.2): frequency j is driven by axis H for j ≡ 1 (mod 3) below 3·section[1],
/// by W for j ≡ 2 below 3·section[2], by T otherwise. Equal axes give ordinary one-dimensional rotary embedding.
/// </summary>
public sealed class MultimodalRotary
{
    private readonly float[] _frequencies;
    private readonly int[] _axis;
    private readonly int _headDim;

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
        var c = cos.data<float>();
        var s = sin.data<float>();
        for (var r = 0; r < rows; r++)
            for (var j = 0; j < half; j++)
            {
                var angle = positions[_axis[j] * rows + r] * _frequencies[j];
                var place = r * _headDim + j;
                c[place] = c[place + half] = (float)Math.Cos(angle);
                s[place] = s[place + half] = (float)Math.Sin(angle);
            }
        return new(cos, sin);
    }

    /// <summary>Tables of <paramref name="rows"/> text tokens that follow each other from <paramref name="start"/> on.</summary>
    public RotaryTables TextTables(int start, int rows)
    {
        var positions = rows <= 128 ? stackalloc int[3 * rows] : new int[3 * rows];
        for (var i = 0; i < positions.Length; i++) positions[i] = start + i % rows;
        return Tables(positions);
    }
}
