using FlashDrive.Model.Layers;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Kv;

/// <summary>
/// A window as attention reads it: keys with rotary embedding applied and values, contiguous per layer, with room behind the window
/// for what is written while thinking. Made once per window and read by every decode round and flow step. Exclusive to one session.
/// </summary>
public sealed class WindowView : IDisposable
{
    private readonly WindowViewPool _pool;
    private readonly Tensor[] _keys, _values;

    internal WindowView(WindowViewPool pool, KvGeometry geometry, int slots)
    {
        _pool = pool;
        Slots = slots;
        Tensor Make() => torch.zeros([1, geometry.KvHeads, slots, geometry.HeadDim], geometry.Dtype).DetachFromDisposeScope();
        _keys = [.. Enumerable.Range(0, geometry.Layers).Select(_ => Make())];
        _values = [.. Enumerable.Range(0, geometry.Layers).Select(_ => Make())];
    }

    public int Slots { get; }

    /// <summary>Rotated keys and values of the first <paramref name="slots"/> slots, [1, kvHeads, slots, headDim], views.</summary>
    public (Tensor Keys, Tensor Values) Read(int layer, int slots) => (_keys[layer].narrow(2, 0, slots), _values[layer].narrow(2, 0, slots));

    /// <summary>Writes rows [1, kvHeads, rows, headDim] from <paramref name="slot"/> on.</summary>
    internal void Write(int layer, int slot, Tensor rotatedKeys, Tensor values)
    {
        var rows = rotatedKeys.size(2);
        if (slot + rows > Slots) throw new InvalidOperationException($"slots {slot}..{slot + rows} lie outside the view's {Slots}: the thought exceeds its budget");
        _keys[layer].narrow(2, slot, rows).copy_(rotatedKeys);
        _values[layer].narrow(2, slot, rows).copy_(values);
    }

    /// <summary>Reads a sealed block into its slots, rotating its keys at the window's positions.</summary>
    /// <param name="rotary">Tables of the part's slots, [tokens, headDim], in the cache's dtype.</param>
    internal void Materialise(KvBlock block, WindowPart part, RotaryTables rotary)
    {
        using var scope = torch.NewDisposeScope();
        var (keys, values) = (block.Keys, block.Values);
        // Rotate wants [layers, tokens, kvHeads, headDim].
        var rotated = rotary.Rotate(keys.transpose(1, 2)).transpose(1, 2);
        for (var layer = 0; layer < _keys.Length; layer++)
            Write(layer, part.Start, rotated.select(0, layer).unsqueeze(0), values.select(0, layer).unsqueeze(0));
    }

    public void Dispose() => _pool.Return(this);

    internal void Free()
    {
        foreach (var tensor in _keys.Concat(_values)) tensor.Dispose();
    }
}
