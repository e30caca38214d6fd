using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using FlashDrive.Model.Tokenization;

namespace FlashDrive.Model.Vision;

/// <summary>
/// Cuts a planar image into patch rows in the model's order (alpamayo.md §5.4). Rows: 2x2 merge blocks in raster order, four
/// patches inside a block in raster order. Columns: channel, temporal slice, y, x; a still image fills every temporal slice alike.
/// </summary>
internal static class Patches
{
    private const int Channels = 3;

    /// <summary>Rows of bytes.</summary>
    /// <param name="planar">[3, H, W].</param>
    /// <param name="rows">[patches, 3·slices·size²].</param>
    public static void WriteCodes(ReadOnlySpan<byte> planar, ImageGrid grid, int size, int slices, int merge, Span<byte> rows)
    {
        Check(planar.Length, grid, size, slices, rows.Length);
        var (width, length) = (grid.W * size, Channels * slices * size * size);
        for (var r = 0; r < grid.H; r++)
            for (var c = 0; c < grid.W; c++)
            {
                var row = rows.Slice(RowOf(r, c, grid.W, merge) * length, length);
                for (var channel = 0; channel < Channels; channel++)
                    for (var y = 0; y < size; y++)
                    {
                        var run = planar.Slice(((channel * grid.H + r) * size + y) * width + c * size, size);
                        for (var t = 0; t < slices; t++) run.CopyTo(row[(((channel * slices + t) * size + y) * size)..]);
                    }
            }
    }

    /// <summary>Rows of normalised values: (p − 127.5) / 127.5 in float32, which is exact to the reference; a reciprocal would not be.</summary>
    public static void WriteValues(ReadOnlySpan<byte> planar, ImageGrid grid, int size, int slices, int merge, Span<float> rows)
    {
        Check(planar.Length, grid, size, slices, rows.Length);
        var (width, length) = (grid.W * size, Channels * slices * size * size);
        for (var r = 0; r < grid.H; r++)
            for (var c = 0; c < grid.W; c++)
            {
                var row = rows.Slice(RowOf(r, c, grid.W, merge) * length, length);
                for (var channel = 0; channel < Channels; channel++)
                {
                    var patch = row.Slice(channel * slices * size * size, size * size);
                    for (var y = 0; y < size; y++)
                        Normalize(planar.Slice(((channel * grid.H + r) * size + y) * width + c * size, size), patch[(y * size)..]);
                    for (var t = 1; t < slices; t++) patch.CopyTo(row[((channel * slices + t) * size * size)..]);
                }
            }
    }

    private static int RowOf(int r, int c, int columns, int merge) =>
        (r / merge * (columns / merge) + c / merge) * merge * merge + r % merge * merge + c % merge;

    private static void Normalize(ReadOnlySpan<byte> codes, Span<float> values)
    {
        var i = 0;
        var mean = Vector256.Create(127.5f);
        ref var target = ref MemoryMarshal.GetReference(values);
        for (; i + 16 <= codes.Length; i += 16)
        {
            var (low, high) = Vector128.Widen(Vector128.Create(codes.Slice(i, 16)));
            var (a, b) = Vector128.Widen(low);
            var (c, d) = Vector128.Widen(high);
            ((Vector256.ConvertToSingle(Vector256.Create(a, b).AsInt32()) - mean) / mean).StoreUnsafe(ref target, (nuint)i);
            ((Vector256.ConvertToSingle(Vector256.Create(c, d).AsInt32()) - mean) / mean).StoreUnsafe(ref target, (nuint)i + 8);
        }
        for (; i < codes.Length; i++) values[i] = (codes[i] - 127.5f) / 127.5f;
    }

    private static void Check(int bytes, ImageGrid grid, int size, int slices, int values)
    {
        var pixels = grid.H * grid.W * size * size;
        if (bytes != Channels * pixels || values != Channels * slices * pixels)
            throw new ArgumentException(
                $"{grid.H} x {grid.W} patches of {size} x {size} need {Channels * pixels} bytes and {Channels * slices * pixels} values, got {bytes} and {values}");
    }
}
