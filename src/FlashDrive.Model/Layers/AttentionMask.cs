using FlashDrive.Torch;

namespace FlashDrive.Model.Layers;

/// <summary>Additive attention masks: 0 where a key may be read, −∞ where not.</summary>
public static class AttentionMask
{
    /// <summary>
    /// Causal by slot: row r, standing in slot <paramref name="slots"/>[r], reads keys in slots up to its own. Tiled for the query
    /// heads of a group, [1, group·rows, keys].
    /// </summary>
    public static Tensor CausalBySlot(ReadOnlySpan<int> slots, int keys, int group, ScalarType dtype = ScalarType.Float32)
    {
        var mask = torch.empty([1, (long)group * slots.Length, keys], ScalarType.Float32);
        var values = mask.buffer<float>();
        for (var r = 0; r < slots.Length; r++) Write(values, r, slots.Length, keys, slots[r] + 1);
        return Precision.Cast(mask, dtype);
    }

    /// <summary>Causal over rows and keys that are the same tokens, [1, group·rows, rows].</summary>
    public static Tensor Causal(int rows, int group, ScalarType dtype = ScalarType.Float32) => CausalFrom(0, rows, group, dtype);

    /// <summary>Rows that follow each other from slot <paramref name="first"/> on and end the keys, [1, group·rows, first + rows].</summary>
    public static Tensor CausalFrom(int first, int rows, int group, ScalarType dtype = ScalarType.Float32)
    {
        var keys = first + rows;
        var mask = torch.empty([1, (long)group * rows, keys], ScalarType.Float32);
        var values = mask.buffer<float>();
        for (var r = 0; r < rows; r++) Write(values, r, rows, keys, first + r + 1);
        return Precision.Cast(mask, dtype);
    }

    /// <summary>Writes one row into every tile.</summary>
    private static void Write(Span<float> values, int row, int rows, int keys, int readable)
    {
        readable = Math.Min(keys, readable);
        for (var start = row * keys; start < values.Length; start += rows * keys)
        {
            values.Slice(start, readable).Clear();
            values.Slice(start + readable, keys - readable).Fill(float.NegativeInfinity);
        }
    }
}
