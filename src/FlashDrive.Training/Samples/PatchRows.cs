namespace FlashDrive.Training.Samples;

/// <summary>
/// Images at the model's own size as rows of the vision tower, in merge-block order with both temporal slices equal (alpamayo.md
/// §5.4), and the classes seen in each patch.
/// </summary>
public sealed class PatchRows(int height, int width, int patchSize = 16, int mergeSize = 2)
{
    private const int Channels = 3, TemporalSlices = 2;

    private readonly (int Row, int Column)[] _order = BlockOrder(height / patchSize, width / patchSize, mergeSize);

    public int Rows => height / patchSize;

    public int Columns => width / patchSize;

    public int PatchesPerImage => _order.Length;

    public int PatchLength => Channels * TemporalSlices * patchSize * patchSize;

    /// <summary>Writes the rows of one image: (x·brightness/255 − 0.5)/0.5, clamped to [−1, 1].</summary>
    /// <param name="rows">[patches, patch length]</param>
    public void Write(ReadOnlySpan<byte> image, float brightness, Span<float> rows)
    {
        Span<float> table = stackalloc float[256];
        for (var v = 0; v < 256; v++) table[v] = Math.Min(v * brightness / 255f, 1f) * 2f - 1f;
        var slice = patchSize * patchSize;
        for (var p = 0; p < _order.Length; p++)
        {
            var row = rows.Slice(p * PatchLength, PatchLength);
            var (patchRow, patchColumn) = _order[p];
            for (var y = 0; y < patchSize; y++)
            {
                var line = image.Slice(((patchRow * patchSize + y) * width + patchColumn * patchSize) * Channels, patchSize * Channels);
                for (var x = 0; x < patchSize; x++)
                    for (var c = 0; c < Channels; c++)
                        row[c * TemporalSlices * slice + y * patchSize + x] = table[line[x * Channels + c]];
            }
            for (var c = 0; c < Channels; c++)
                row.Slice(c * TemporalSlices * slice, slice).CopyTo(row[((c * TemporalSlices + 1) * slice)..]);
        }
    }

    /// <summary>One where a class covers at least <paramref name="leastPixels"/> pixels of a patch.</summary>
    /// <param name="targets">[patches, classCount − 1]; class 0 is left out.</param>
    public void WriteClasses(ReadOnlySpan<byte> classes, int classCount, int leastPixels, Span<float> targets)
    {
        Span<int> counts = stackalloc int[classCount];
        for (var p = 0; p < _order.Length; p++)
        {
            counts.Clear();
            var (patchRow, patchColumn) = _order[p];
            for (var y = 0; y < patchSize; y++)
                foreach (var value in classes.Slice((patchRow * patchSize + y) * width + patchColumn * patchSize, patchSize)) counts[value]++;
            for (var c = 1; c < classCount; c++) targets[p * (classCount - 1) + c - 1] = counts[c] >= leastPixels ? 1 : 0;
        }
    }

    private static (int Row, int Column)[] BlockOrder(int rows, int columns, int merge)
    {
        var order = new List<(int, int)>(rows * columns);
        for (var r = 0; r < rows; r += merge)
            for (var c = 0; c < columns; c += merge)
                for (var y = 0; y < merge; y++)
                    for (var x = 0; x < merge; x++)
                        order.Add((r + y, c + x));
        return [.. order];
    }
}
