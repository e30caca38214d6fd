using FlashDrive.Model.Expert;
using FlashDrive.Model.Language;
using FlashDrive.Torch;

namespace FlashDrive.Training.Target;

/// <summary>Keys and values of one training batch: every row reads the rows of its own batch entry, and the expert reads them all.</summary>
internal sealed class KeyValueBatch(int layers) : IKeyValueStore, IKeyValueCache, IDisposable
{
    private readonly (Tensor Keys, Tensor Values)[] _layers = new (Tensor, Tensor)[layers];

    public (Tensor Keys, Tensor Values) Append(int layer, LayerProjections rows) => _layers[layer] = (
        rows.Keys.transpose(1, 2).contiguous().DetachFromDisposeScope(), rows.Values.transpose(1, 2).contiguous().DetachFromDisposeScope());

    public (Tensor Keys, Tensor Values) Layer(int layer) => _layers[layer];

    public void Dispose()
    {
        foreach (var (keys, values) in _layers)
        {
            keys?.Dispose();
            values?.Dispose();
        }
    }
}
