using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Speculation;
using FlashDrive.Model.Language;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Stages;

/// <summary>
/// Runs the language model over a window and commits its blocks: rows are computed for the parts that no earlier window holds, the
/// others are read from shared blocks. Nothing is committed when a number is not finite or an operator throws.
/// </summary>
/// <param name="context">Feature rows of the window's last positions for a drafter; null when nothing is drafted.</param>
internal sealed class WindowPrefill(LanguageModel language, KvPool pool, WindowViewPool views, PrefillSettings settings, DraftContext? context = null) : IDisposable
{
    private readonly FeatureRows? _features = context is null ? null : new(context.Layers, context.Rows);
    private readonly KernelPrefill? _kernel = settings.OwnKernels && language.Dtype == ScalarType.Float32 ? new(language, pool.Geometry, context) : null;
    private readonly List<(KvBlock Block, WindowPart Part)> _blocks = [];

    /// <summary>The last token's [1, hidden] after the final norm and the session over the committed window.</summary>
    /// <param name="embeddings">[1, rows, hidden]</param>
    /// <param name="shared">A lease on the window whose blocks are shared; it stays the caller's.</param>
    /// <param name="observe">Sees the residual stream after each layer, [1, rows, hidden]; the own kernels cannot show it.</param>
    internal ReasoningSession Run(PreparedRows prepared, Tensor embeddings, DeepstackInput? deepstack = null, KvLease? shared = null, Action<int, Tensor>? observe = null)
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        // One prefill at a time: the list is made once.
        _blocks.Clear();
        WindowView? view = null;
        try
        {
            view = views.Rent();
            Gather(prepared, shared);
            view.Materialise(prepared.Shared, prepared.Window);
            var (last, features) = _kernel is { } kernel && observe is null
                ? kernel.Run(prepared, embeddings.squeeze(0), deepstack, view)
                : ByOperators(prepared, embeddings, deepstack, view, observe, scope);
            for (var i = 0; i < prepared.Fresh.Count; i++) prepared.Fresh[i].Seal();
            return new ReasoningSession(new KvLease(new BlockTable(_blocks, prepared.Positions, prepared.RopeDelta)), view, last, features);
        }
        catch
        {
            foreach (var (block, _) in _blocks) block.Release();
            view?.Dispose();
            throw;
        }
    }

    public void Dispose() => _kernel?.Dispose();

    private (Tensor Last, Tensor? Features) ByOperators(
        PreparedRows prepared, Tensor embeddings, DeepstackInput? deepstack, WindowView view, Action<int, Tensor>? observe, DisposeScope scope)
    {
        var length = prepared.Rows.Layout.Length;
        var writer = new WindowWriter(view, prepared.IsContiguous ? null : prepared.Slots, prepared.Fresh, length);
        var from = settings.LastRowOnly && observe is null ? embeddings.size(1) - LastLayerRows(embeddings.size(1)) : 0;
        _features?.Begin(scope);
        var hidden = language.Forward(embeddings, prepared.RowRotary, prepared.Mask, writer, deepstack, Observer(observe), from);
        var last = language.Norm(hidden.select(1, hidden.size(1) - 1));
        if (!last.IsFinite()) throw new NonFiniteException("prefill", "hidden states");
        CheckCache(view, length);
        return (last, _features?.Take());
    }

    /// <summary>
    /// Rows computed behind the last layer: a drafter may read that layer too. As many without a drafter, so that the last row has the same bits.
    /// </summary>
    private int LastLayerRows(long rows) => (int)Math.Min(rows, context?.Rows ?? DraftContext.UsualRows);

    private Action<int, Tensor>? Observer(Action<int, Tensor>? observe) => _features is { } features ? features.Observe + observe : observe;

    /// <summary>Collects the window's blocks, each with a reference of this window's own.</summary>
    private void Gather(PreparedRows prepared, KvLease? shared)
    {
        var (rows, old, fresh) = (prepared.Rows, 0, 0);
        var parts = rows.Layout.Parts;
        for (var i = 0; i < parts.Count; i++)
        {
            var (part, source) = (parts[i], rows.SourceOf(i));
            if (source < 0)
            {
                var block = pool.Rent(part.Length, part.Kind == WindowPartKind.Tail ? settings.TailCapacity : 0);
                _blocks.Add((block, part));
                prepared.Fresh[fresh++] = block;
                continue;
            }
            var table = (shared ?? throw new ArgumentNullException(nameof(shared), $"slots {part.Start}..{part.End} have neither rows to compute nor a shared block")).Table;
            if (table.Part(source).Kind != part.Kind || table.Part(source).Length != part.Length)
                throw new ArgumentException($"slots {part.Start}..{part.End} are {part.Kind}, the shared table has {table.Part(source)} for them", nameof(shared));
            var kept = table.Block(source);
            kept.Retain();
            _blocks.Add((kept, part));
            prepared.Shared[old++] = kept;
        }
    }

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
