using FlashDrive.Model.Language;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Kv;

/// <summary>Receives a prefill's keys and values: un-rotated into the new blocks, rotated into the session's view at the rows' slots.</summary>
/// <param name="slots">The rows' slots, int64, or null when they follow each other and end the window.</param>
/// <param name="fresh">The new blocks in slot order; together they are the rows.</param>
/// <param name="length">Slots of the window.</param>
internal sealed class WindowWriter(WindowView view, Tensor? slots, IReadOnlyList<(KvBlock Block, WindowPart Part)> fresh, int length) : IKeyValueStore
{
    public (Tensor Keys, Tensor Values) Append(int layer, LayerProjections rows)
    {
        // [1, rows, kvHeads, headDim] -> [1, kvHeads, rows, headDim]
        var (keys, values) = (rows.KeysBeforeRotary.transpose(1, 2), rows.Values.transpose(1, 2));
        if (slots is null) view.Write(layer, fresh[0].Part.Start, rows.Keys.transpose(1, 2), values);
        else view.Scatter(layer, slots, rows.Keys.transpose(1, 2), values);
        var row = 0;
        foreach (var (block, part) in fresh)
        {
            block.Write(layer, keys.narrow(2, row, part.Length).select(0, 0), values.narrow(2, row, part.Length).select(0, 0));
            row += part.Length;
        }
        return view.Read(layer, length);
    }
}
