using FlashDrive.Model.Language;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Kv;

/// <summary>
/// Receives a prefill's keys and values: un-rotated into the new blocks, rotated into the session's view. Its rows are the tokens of
/// the parts given, in slot order without gaps between the first and the last of them.
/// </summary>
internal sealed class WindowWriter(WindowView view, IReadOnlyList<(KvBlock Block, WindowPart Part)> parts) : IKeyValueStore
{
    private readonly int _first = parts[0].Part.Start, _end = parts[^1].Part.End;

    public (Tensor Keys, Tensor Values) Append(int layer, LayerProjections rows)
    {
        // [1, rows, kvHeads, headDim] -> [1, kvHeads, rows, headDim]
        var keys = rows.KeysBeforeRotary.transpose(1, 2);
        var values = rows.Values.transpose(1, 2);
        view.Write(layer, _first, rows.Keys.transpose(1, 2), values);
        foreach (var (block, part) in parts)
            block.Write(layer, keys.narrow(2, part.Start - _first, part.Length).select(0, 0), values.narrow(2, part.Start - _first, part.Length).select(0, 0));
        return view.Read(layer, _end);
    }
}
