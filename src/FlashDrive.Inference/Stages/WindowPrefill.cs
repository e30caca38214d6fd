using FlashDrive.Inference.Kv;
using FlashDrive.Model.Language;
using FlashDrive.Model.Layers;
using FlashDrive.Model.Tokenization;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Stages;

/// <summary>
/// Runs the language model over a window and commits its blocks: rows are computed for the parts that no earlier window holds, the
/// others are read from shared blocks. Nothing is committed when a number is not finite or an operator throws.
/// </summary>
public sealed class WindowPrefill(LanguageModel language, KvPool pool, WindowViewPool views)
{
    private readonly List<(KvBlock Block, WindowPart Part)> _blocks = [], _fresh = [];

    /// <summary>The last token's [1, hidden] after the final norm and the session over the committed window.</summary>
    /// <param name="embeddings">[1, rows, hidden]: the tokens from slot <c>Layout.Length − rows</c> on.</param>
    /// <param name="shared">A lease on a window whose first parts are this window's first parts; it stays the caller's.</param>
    /// <param name="observe">Sees the residual stream after each layer, [1, rows, hidden].</param>
    public ReasoningSession Run(
        Tensor embeddings, RotaryPositions positions, WindowLayout layout, DeepstackInput? deepstack = null, KvLease? shared = null,
        Action<int, Tensor>? observe = null)
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var first = layout.Length - (int)embeddings.size(1);
        var flat = positions.Flat;
        // One prefill at a time: the lists are made once.
        var (blocks, fresh) = (_blocks, _fresh);
        blocks.Clear();
        fresh.Clear();
        WindowView? view = null;
        try
        {
            view = views.Rent();
            var rotary = language.Rotary.Tables(flat).To(language.Dtype);
            Gather(layout, first, shared, rotary, view, blocks);
            foreach (var block in blocks)
                if (block.Part.Start >= first) fresh.Add(block);
            var hidden = language.Forward(
                embeddings, rotary.Narrow(first, layout.Length - first), Mask(first, layout.Length), new WindowWriter(view, fresh), deepstack, observe);
            var last = language.Norm(hidden.select(1, hidden.size(1) - 1));
            if (!last.IsFinite()) throw new NonFiniteException("prefill", "hidden states");
            CheckCache(view, layout.Length);
            foreach (var (block, _) in fresh) block.Seal();
            return new ReasoningSession(new KvLease(new BlockTable(blocks, flat, positions.RopeDelta)), view, last);
        }
        catch
        {
            foreach (var (block, _) in blocks) block.Release();
            view?.Dispose();
            throw;
        }
    }

    /// <summary>Collects the window's blocks, each with a reference of this window's own, and fills the view with the shared ones.</summary>
    private void Gather(
        WindowLayout layout, int first, KvLease? shared, RotaryTables rotary, WindowView view, List<(KvBlock Block, WindowPart Part)> blocks)
    {
        for (var i = 0; i < layout.Parts.Count; i++)
        {
            var part = layout.Parts[i];
            if (part.Start >= first)
            {
                blocks.Add((pool.Rent(part.Length), part));
                continue;
            }
            if (shared is null || part.End > first || shared.Table.Part(i) != part)
                throw new ArgumentException($"slots {part.Start}..{part.End} have neither rows to compute nor a shared block", nameof(shared));
            var block = shared.Table.Block(i);
            block.Retain();
            blocks.Add((block, part));
            view.Materialise(block, part, rotary.Narrow(part.Start, part.Length));
        }
    }

    /// <summary>A single row may read everything.</summary>
    private Tensor? Mask(int first, int length) => length - first == 1 ? null : AttentionMask.CausalFrom(first, length - first, language.Group);

    /// <summary>A sum is finite when all its terms are; one number per layer is looked at instead of every key.</summary>
    private void CheckCache(WindowView view, int length)
    {
        using var scope = torch.NewDisposeScope();
        var sums = new Tensor[2 * language.Layers];
        for (var layer = 0; layer < language.Layers; layer++)
        {
            var (keys, values) = view.Read(layer, length);
            (sums[2 * layer], sums[2 * layer + 1]) = (keys.sum(), values.sum());
        }
        if (!torch.stack(sums).IsFinite()) throw new NonFiniteException("prefill", "keys and values");
    }
}
