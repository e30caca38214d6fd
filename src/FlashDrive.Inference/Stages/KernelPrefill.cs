using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Speculation;
using FlashDrive.Model.Language;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Stages;

/// <summary>A window's rows through the own kernels: one call for all layers, one that fills the new blocks. Its buffers are made once.</summary>
internal sealed class KernelPrefill(LanguageModel language, KvGeometry geometry, DraftContext? context) : IDisposable
{
    private readonly long[]? _layers = context is null ? null : [.. context.Layers.Select(layer => (long)layer)];
    private Tensor? _buffer;

    /// <param name="x">[rows, hidden] embeddings.</param>
    /// <param name="view">Holds the shared blocks already.</param>
    /// <returns>The last row after the final norm, [1, hidden], and a drafter's feature rows.</returns>
    internal (Tensor Last, Tensor? Features) Run(PreparedRows prepared, Tensor x, DeepstackInput? deepstack, WindowView view)
    {
        var rows = x.size(0);
        var kept = Kept(rows);
        var first = context is null ? rows : rows - context.Rows;
        var captured = _layers is null ? null : torch.empty(rows - first, _layers.Length * x.size(1));
        // What is captured of the last layer must be computed there.
        var from = _layers is { } layers && layers[^1] == language.Layers - 1 ? first : rows - 1;
        var hidden = language.Kernel.Forward(
            x, prepared.RowRotary, view.Tensors, prepared.Rows.Slots[0], prepared.IsContiguous ? null : prepared.Slots, deepstack, from, norm: true,
            new(_layers, first, captured, kept));
        var last = hidden.narrow(0, hidden.size(0) - 1, 1);
        if (!last.IsFinite()) throw new NonFiniteException("prefill", "hidden states");
        if (!kept.IsFinite()) throw new NonFiniteException("prefill", "keys and values");
        var fresh = prepared.Fresh;
        torch.kernels.write_blocks(kept, fresh.Keys, fresh.Values, fresh.Tokens);
        return (last.clone(), captured);
    }

    public void Dispose() => _buffer?.Dispose();

    /// <summary>Room for keys before rotary and values of that many rows, [2, layers, kvHeads, rows, headDim]; grows to the largest window.</summary>
    private Tensor Kept(long rows)
    {
        var size = 2 * geometry.Layers * geometry.KvHeads * rows * geometry.HeadDim;
        if (_buffer is null || _buffer.numel < size)
        {
            _buffer?.Dispose();
            _buffer = torch.empty(size).DetachFromDisposeScope();
        }
        return _buffer.narrow(0, 0, size).view(2, geometry.Layers, geometry.KvHeads, rows, geometry.HeadDim);
    }
}
