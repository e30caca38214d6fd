using FlashDrive.Inference.Kv;
using FlashDrive.Model.Language;
using FlashDrive.Model.Layers;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Tests.Streaming;

/// <summary>
/// The published way (flashdrive.md §2.4, §2.6), as the reference for the block table: one contiguous cache of keys before rotary, whose
/// frames are shifted in place before every window and whose keys are all rotated in every layer.
/// </summary>
internal sealed class ShiftedCache : IKeyValueStore
{
    private readonly StreamRig _rig;
    private readonly Tensor _keys, _values;
    private readonly RotaryTables _rotary;
    private Tensor? _slots;

    internal ShiftedCache(StreamRig rig)
    {
        _rig = rig;
        var text = rig.Model.Configuration.Text;
        _keys = torch.zeros(rig.Language.Layers, text.KvHeads, rig.Layout.Length, text.HeadDim);
        _values = torch.zeros(rig.Language.Layers, text.KvHeads, rig.Layout.Length, text.HeadDim);
        _rotary = rig.Language.Rotary.Tables(rig.Prompt.Layout.Positions.Flat);
    }

    /// <summary>Keys before rotary, [layers, kvHeads, slots, headDim].</summary>
    internal Tensor Keys => _keys;

    internal Tensor Values => _values;

    /// <summary>Computes the window that ends with a tick after shifting by the ticks moved in; 0 computes all of it.</summary>
    /// <returns>The last row after the final norm, [1, hidden].</returns>
    internal Tensor Prefill(long tick, int inserted)
    {
        if (inserted > 0) Shift(inserted);
        var parts = _rig.Layout.Parts.Where(part => inserted == 0 || part.Kind == WindowPartKind.Tail || (part.Kind == WindowPartKind.Visual && part.Frame >= StreamRig.Frames - inserted));
        int[] slots = [.. parts.SelectMany(part => Enumerable.Range(part.Start, part.Length))];
        var ids = new long[_rig.Layout.Length];
        _rig.Prompt.WriteIds(_rig.History(tick), ids);
        var images = _rig.Prompt.Layout.ImagePlaces.Select(place => (long)Array.IndexOf(slots, (int)place)).Where(row => row >= 0).ToArray();
        var features = _rig.Features(tick, inserted == 0 ? StreamRig.Frames : inserted);
        var places = torch.tensor(images);
        var embeddings = _rig.Language.Embed(torch.tensor(Array.ConvertAll(slots, slot => ids[slot]), 1, slots.Length), places, features.Merged);
        _slots = torch.tensor(Array.ConvertAll(slots, slot => (long)slot));
        var mask = AttentionMask.CausalBySlot(slots, _rig.Layout.Length, _rig.Language.Group);
        var rotary = new RotaryTables(_rotary.Cos.index_select(0, _slots), _rotary.Sin.index_select(0, _slots));
        var deepstack = new DeepstackInput(places, features.Deepstack);
        if (_rig.Settings.OwnKernels) return ByKernel(embeddings.squeeze(0), rotary, deepstack);
        var hidden = _rig.Language.Forward(embeddings, rotary, mask, this, deepstack);
        return _rig.Language.Norm(hidden.select(1, slots.Length - 1));
    }

    public (Tensor Keys, Tensor Values) Append(int layer, LayerProjections rows)
    {
        var (keys, values) = (_keys.narrow(0, layer, 1), _values.narrow(0, layer, 1));
        keys.index_copy_(2, _slots!, rows.KeysBeforeRotary.transpose(1, 2));
        values.index_copy_(2, _slots!, rows.Values.transpose(1, 2));
        return (torch.fused.rotary(keys, _rotary.Cos, _rotary.Sin), values);
    }

    private Tensor ByKernel(Tensor x, RotaryTables rotary, DeepstackInput deepstack)
    {
        var (layers, rows) = (_rig.Language.Layers, x.size(0));
        var kept = torch.empty(2, layers, _keys.size(1), rows, _keys.size(3));
        Tensor[] PerLayer(Tensor all) => [.. Enumerable.Range(0, layers).Select(layer => all.narrow(0, layer, 1))];
        var cache = new KeyValueTensors(PerLayer(torch.fused.rotary(_keys, _rotary.Cos, _rotary.Sin)), PerLayer(_values));
        var last = _rig.Language.Kernel.Forward(x, rotary, cache, 0, _slots, deepstack, rows - 1, norm: true, new(Kept: kept));
        _keys.index_copy_(2, _slots!, kept.select(0, 0));
        return last;
    }

    /// <summary>Everything is gathered before anything is written: sources and destinations overlap.</summary>
    private void Shift(int inserted)
    {
        var frames = _rig.Layout.Parts.Where(part => part.Kind == WindowPartKind.Visual).ToDictionary(part => (part.View, part.Frame));
        var moved = frames.Values.Where(part => part.Frame + inserted < StreamRig.Frames).ToList();
        var destination = torch.tensor(moved.SelectMany(part => Enumerable.Range(part.Start, part.Length)).Select(slot => (long)slot).ToArray());
        var source = torch.tensor(moved.Select(part => frames[(part.View, part.Frame + inserted)]).SelectMany(part => Enumerable.Range(part.Start, part.Length)).Select(slot => (long)slot).ToArray());
        if (moved.Count == 0) return;
        _keys.index_copy_(2, destination, _keys.index_select(2, source));
        _values.index_copy_(2, destination, _values.index_select(2, source));
    }
}
