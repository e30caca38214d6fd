namespace FlashDrive.Model.Tokenization;

/// <summary>
/// Rotary positions of a sequence on the three axes time, height and width (alpamayo.md §8.1). Text advances all axes by one;
/// an image spreads its tokens over rows and columns and advances by the longer side of its merged grid.
/// </summary>
/// <param name="T">[L] positions of the time axis; padding has position 1 on every axis.</param>
/// <param name="RopeDelta">A token appended at index i has position i + RopeDelta on every axis. L counts the padding.</param>
public sealed record RotaryPositions(int[] T, int[] H, int[] W, int RopeDelta)
{
    private int[]? _flat;

    public int Length => T.Length;

    /// <summary>[3·L]: all T, then all H, then all W. Made once; not to be written to.</summary>
    public int[] Flat => _flat ??= [.. T, .. H, .. W];

    /// <param name="ids">[L] token ids, padding on the left.</param>
    /// <param name="grids">Sizes in patches of the images in order of their tokens; image tokens beyond them count as text.</param>
    /// <param name="padding">Number of padding tokens at the start.</param>
    /// <exception cref="ArgumentException">The image tokens do not fit the grids.</exception>
    public static RotaryPositions Compute(ReadOnlySpan<int> ids, IReadOnlyList<ImageGrid> grids, int imagePad, int mergeSize, int padding = 0)
    {
        var (t, h, w) = (new int[ids.Length], new int[ids.Length], new int[ids.Length]);
        for (var i = 0; i < padding; i++) t[i] = h[i] = w[i] = 1;
        var (next, image) = (0, 0);
        for (var i = padding; i < ids.Length;)
        {
            if (ids[i] != imagePad || image == grids.Count)
            {
                t[i] = h[i] = w[i] = next++;
                i++;
                continue;
            }
            var grid = grids[image++];
            var (rows, columns, tokens) = (grid.H / mergeSize, grid.W / mergeSize, grid.Tokens(mergeSize));
            if (i + tokens > ids.Length || ids.Slice(i, tokens).ContainsAnyExcept(imagePad))
                throw new ArgumentException($"image {image - 1} needs {tokens} image tokens from index {i}; the sequence has fewer", nameof(ids));
            for (var k = 0; k < tokens; k++)
            {
                var inSlice = k % (rows * columns);
                t[i + k] = next + k / (rows * columns);
                h[i + k] = next + inSlice / columns;
                w[i + k] = next + inSlice % columns;
            }
            i += tokens;
            next += Math.Max(grid.T, Math.Max(rows, columns));
        }
        if (image != grids.Count) throw new ArgumentException($"{grids.Count} image grids, but image tokens for {image} only", nameof(grids));
        // The reference takes the maximum over all entries, and padding stands at 1.
        var maximum = Math.Max(next - 1, padding > 0 ? 1 : -1);
        return new(t, h, w, maximum + 1 - ids.Length);
    }
}
