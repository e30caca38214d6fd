using FlashDrive.Model.Layers;
using FlashDrive.Torch;

namespace FlashDrive.Model.Vision;

/// <summary>
/// What depends on a grid's size alone: the learned position table resampled to it (alpamayo.md §6.2) and the rotary tables of
/// row and column (§6.3), both in merge-block order. Made once per size.
/// </summary>
internal sealed class VisionPositions : IDisposable
{
    private VisionPositions(Tensor embedding, RotaryTables rotary) => (Embedding, Rotary) = (embedding, rotary);

    /// <summary>[patches, hidden] in the table's dtype.</summary>
    internal Tensor Embedding { get; }

    /// <summary>[patches, headDim], float32.</summary>
    internal RotaryTables Rotary { get; }

    internal static VisionPositions Build(Tensor table, int side, int merge, int headDim, int rows, int columns)
    {
        using var scope = torch.NewDisposeScope();
        var order = BlockOrder(rows, columns, merge);
        return new(Resample(table, side, rows, columns, merge).DetachFromDisposeScope(), Rotation(headDim, order).Detach());
    }

    /// <summary>
    /// Bilinear: weights in float32 cast to the table's dtype; the four products are added left to right in the order 00, 01, 10, 11,
    /// which fixes the bfloat16 roundings. Differentiable in the table.
    /// </summary>
    internal static Tensor Resample(Tensor table, int side, int rows, int columns, int merge)
    {
        var order = BlockOrder(rows, columns, merge);
        var (vertical, horizontal) = (Axis(side, rows), Axis(side, columns));
        var sum = default(Tensor);
        for (var corner = 0; corner < 4; corner++)
        {
            var index = new long[order.Length];
            var weight = new float[order.Length];
            for (var i = 0; i < order.Length; i++)
            {
                var (h0, h1, dh) = vertical[order[i].Row];
                var (w0, w1, dw) = horizontal[order[i].Column];
                index[i] = (corner < 2 ? h0 : h1) * side + (corner % 2 == 0 ? w0 : w1);
                weight[i] = (corner < 2 ? 1 - dh : dh) * (corner % 2 == 0 ? 1 - dw : dw);
            }
            var part = table.index_select(0, torch.tensor(index)) * Precision.Cast(torch.tensor(weight), table.dtype).unsqueeze(1);
            sum = sum is null ? part : sum + part;
        }
        return sum!;
    }

    public void Dispose()
    {
        Embedding.Dispose();
        Rotary.Dispose();
    }

    /// <summary>(row, column) of every patch: merge blocks in raster order, patches of a block in raster order (§5.4).</summary>
    private static (int Row, int Column)[] BlockOrder(int rows, int columns, int merge)
    {
        var order = new (int, int)[rows * columns];
        var next = 0;
        for (var r = 0; r < rows; r += merge)
            for (var c = 0; c < columns; c += merge)
                for (var y = 0; y < merge; y++)
                    for (var x = 0; x < merge; x++)
                        order[next++] = (r + y, c + x);
        return order;
    }

    /// <summary>LibTorch's float32 linspace(0, side − 1, n): the first half counted from the start, the second from the end.</summary>
    private static (int Low, int High, float Fraction)[] Axis(int side, int n)
    {
        using var scope = torch.NewDisposeScope();
        var places = torch.linspace(0, side - 1, n).ToArray<float>();
        return [.. places.Select(p => ((int)p, Math.Min((int)p + 1, side - 1), p - (int)p))];
    }

    private static RotaryTables Rotation(int headDim, (int Row, int Column)[] order)
    {
        var quarter = headDim / 4;
        var frequencies = RotaryFrequencies.Of(10000, headDim / 2);
        var (cos, sin) = (new float[order.Length * headDim], new float[order.Length * headDim]);
        for (var i = 0; i < order.Length; i++)
            for (var j = 0; j < headDim / 2; j++)
            {
                var angle = (j < quarter ? order[i].Row : order[i].Column) * frequencies[j % quarter];
                cos[i * headDim + j] = cos[i * headDim + headDim / 2 + j] = (float)Math.Cos(angle);
                sin[i * headDim + j] = sin[i * headDim + headDim / 2 + j] = (float)Math.Sin(angle);
            }
        return new(torch.tensor(cos, order.Length, headDim), torch.tensor(sin, order.Length, headDim));
    }
}
