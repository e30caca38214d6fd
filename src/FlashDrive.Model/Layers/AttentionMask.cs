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
        var values = new float[slots.Length * keys];
        for (var r = 0; r < slots.Length; r++)
            values.AsSpan(r * keys + Math.Min(keys, slots[r] + 1), keys - Math.Min(keys, slots[r] + 1)).Fill(float.NegativeInfinity);
        var rows = torch.tensor(values, 1, slots.Length, keys);
        return Precision.Cast(group == 1 ? rows : rows.repeat(1, group, 1), dtype);
    }

    /// <summary>Causal over rows and keys that are the same tokens, [1, group·rows, rows].</summary>
    public static Tensor Causal(int rows, int group, ScalarType dtype = ScalarType.Float32) => CausalFrom(0, rows, group, dtype);

    /// <summary>Rows that follow each other from slot <paramref name="first"/> on and end the keys, [1, group·rows, first + rows].</summary>
    public static Tensor CausalFrom(int first, int rows, int group, ScalarType dtype = ScalarType.Float32)
    {
        var slots = new int[rows];
        for (var i = 0; i < rows; i++) slots[i] = first + i;
        return CausalBySlot(slots, first + rows, group, dtype);
    }
}
