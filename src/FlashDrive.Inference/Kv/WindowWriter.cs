using FlashDrive.Model.Language;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Kv;

/// <summary>Receives a prefill's keys and values: un-rotated into the new blocks, rotated into the session's view at the rows' slots.</summary>
/// <param name="slots">The rows' slots, int64, or null when they follow each other and end the window.</param>
/// <param name="fresh">The new blocks; together they are the rows.</param>
/// <param name="length">Slots of the window.</param>
internal sealed class WindowWriter(WindowView view, Tensor? slots, BlockBatch fresh, int length) : IKeyValueStore
{
    public (Tensor Keys, Tensor Values) Append(int layer, LayerProjections rows)
    {
        // [1, rows, kvHeads, headDim] -> [1, kvHeads, rows, headDim]
        var (keys, values) = (rows.KeysBeforeRotary.transpose(1, 2), rows.Values.transpose(1, 2));
        if (slots is null) view.Write(layer, (int)fresh.Starts[0], rows.Keys.transpose(1, 2), values);
        else view.Scatter(layer, slots, rows.Keys.transpose(1, 2), values);
        var row = 0;
        for (var i = 0; i < fresh.Count; i++)
        {
            var tokens = fresh[i].Tokens;
            fresh[i].Write(layer, keys.narrow(2, row, tokens).select(0, 0), values.narrow(2, row, tokens).select(0, 0));
            row += tokens;
        }
        return view.Read(layer, length);
    }
}
