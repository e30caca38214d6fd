using FlashDrive.Model.Configuration;
using FlashDrive.Model.Expert;
using FlashDrive.Model.Language;
using FlashDrive.Torch;

namespace FlashDrive.Model.Tests;

/// <summary>Keys and values of one window and the room behind it, for what runs the network without an engine.</summary>
internal sealed class ContiguousCache : IKeyValueStore, IKeyValueCache, IDisposable
{
    private readonly Tensor[] _keys, _values;
    private int _first, _rows;

    internal ContiguousCache(TextConfiguration text, int slots)
    {
        Tensor Make() => torch.zeros(1, text.KvHeads, slots, text.HeadDim).DetachFromDisposeScope();
        _keys = [.. Enumerable.Range(0, text.Layers).Select(_ => Make())];
        _values = [.. Enumerable.Range(0, text.Layers).Select(_ => Make())];
    }

    /// <summary>Where the rows of the next forward pass go.</summary>
    internal void Begin(int first, int rows) => (_first, _rows) = (first, rows);

    public (Tensor Keys, Tensor Values) Append(int layer, LayerProjections rows)
    {
        _keys[layer].narrow(2, _first, _rows).copy_(rows.Keys.transpose(1, 2));
        _values[layer].narrow(2, _first, _rows).copy_(rows.Values.transpose(1, 2));
        return Layer(layer);
    }

    public (Tensor Keys, Tensor Values) Layer(int layer) => (_keys[layer].narrow(2, 0, _first + _rows), _values[layer].narrow(2, 0, _first + _rows));

    /// <summary>All slots, as the own kernels take them.</summary>
    internal KeyValueTensors Whole => new(_keys, _values);

    public void Dispose()
    {
        foreach (var tensor in _keys.Concat(_values)) tensor.Dispose();
    }
}
