using FlashDrive.Model.Language;
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
        using var scope = torch.NewDisposeScope();
        Keys = torch.zeros([geometry.Layers, geometry.KvHeads, slots, geometry.HeadDim], geometry.Dtype).DetachFromDisposeScope();
        Values = torch.zeros([geometry.Layers, geometry.KvHeads, slots, geometry.HeadDim], geometry.Dtype).DetachFromDisposeScope();
        Tensor[] PerLayer(Tensor all) => [.. Enumerable.Range(0, geometry.Layers).Select(layer => all.narrow(0, layer, 1).DetachFromDisposeScope())];
        (_keys, _values) = (PerLayer(Keys), PerLayer(Values));
    }

    public int Slots { get; }

    /// <summary>Rotated keys of all layers, [layers, kvHeads, slots, headDim].</summary>
    internal Tensor Keys { get; }

    /// <summary>Values of all layers, [layers, kvHeads, slots, headDim].</summary>
    internal Tensor Values { get; }

    /// <summary>All slots of all layers, as the own kernels read and write them.</summary>
    public KeyValueTensors Tensors => new(_keys, _values);

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

    /// <summary>Writes rows [1, kvHeads, rows, headDim] at the given int64 slots.</summary>
    internal void Scatter(int layer, Tensor slots, Tensor rotatedKeys, Tensor values)
    {
        _keys[layer].index_copy_(2, slots, rotatedKeys);
        _values[layer].index_copy_(2, slots, values);
    }

    /// <summary>Reads sealed blocks into their slots, rotating their keys at the window's positions.</summary>
    /// <param name="rotary">Tables of the window's slots, [slots, headDim], in the cache's dtype.</param>
    internal void Materialise(BlockBatch blocks, RotaryTables rotary)
    {
        if (blocks.Count == 0) return;
        if (Keys.dtype == ScalarType.Float32)
        {
            torch.kernels.read_blocks(blocks.Keys, blocks.Values, blocks.Tokens, blocks.Starts, rotary.Cos, rotary.Sin, Keys, Values);
            return;
        }
        for (var i = 0; i < blocks.Count; i++) Materialise(blocks[i], blocks.PartOf(i), rotary.Narrow(blocks.PartOf(i).Start, blocks.PartOf(i).Length));
    }

    /// <summary>Reads a sealed block into its slots, rotating its keys at the window's positions.</summary>
    /// <param name="rotary">Tables of the part's slots, [tokens, headDim], in the cache's dtype.</param>
    internal void Materialise(KvBlock block, WindowPart part, RotaryTables rotary)
    {
        using var scope = torch.NewDisposeScope();
        Keys.narrow(2, part.Start, part.Length).copy_(torch.fused.rotary(block.Keys, rotary.Cos, rotary.Sin));
        Values.narrow(2, part.Start, part.Length).copy_(block.Values);
    }

    public void Dispose() => _pool.Return(this);

    internal void Free()
    {
        foreach (var tensor in _keys.Concat(_values)) tensor.Dispose();
        Keys.Dispose();
        Values.Dispose();
    }
}
