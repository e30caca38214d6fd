using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Speculation;
using FlashDrive.Inference.Streaming;
using FlashDrive.Model.Language;
using FlashDrive.Model.Tokenization;
using FlashDrive.Model.Vision;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Stages;

/// <summary>A window in the cache, ready to be reasoned over: the handle that travels.</summary>
/// <param name="Session">The lease on the window's blocks, its view and its scratch.</param>
/// <param name="Unguided">The same window without its route, when guidance is on.</param>
public sealed record PrefilledWindow(WindowFacts Facts, ReasoningSession Session, ReasoningSession? Unguided) : IDisposable
{
    public void Dispose()
    {
        Session.Dispose();
        Unguided?.Dispose();
    }
}

/// <summary>How a prefill stage works.</summary>
/// <param name="TailCapacity">Capacity of the pool's tail blocks; 0 takes any block that is long enough.</param>
/// <param name="LastRowOnly">Behind the last layer's attention only the window's last row is computed.</param>
/// <param name="OwnKernels">The rows go through the own kernels where they exist (float32 on a CPU).</param>
/// <param name="KeepPrepared">Tensors of rotary tables, masks and places are kept from window to window.</param>
public readonly record struct PrefillSettings(int TailCapacity = 0, bool LastRowOnly = false, bool KeepPrepared = false, bool OwnKernels = false);

/// <summary>
/// Runs the language model over a window's prompt into new blocks, or into the blocks that an earlier window of its stream lacks. Holds
/// the model's weights (shared, read only) and the pools; the blocks' leases leave with the result. Not thread-safe.
/// </summary>
/// <param name="context">What a drafter reads of the window; null when nothing is drafted.</param>
public sealed class PrefillStage(LanguageModel language, KvPool pool, WindowViewPool views, PrefillSettings settings = default, DraftContext? context = null) : IDisposable
{
    // A stream asks for windows moved by 1..F, a whole one now and then, and one without its route.
    private const int MostKept = 12;

    private readonly WindowPrefill _prefill = new(language, pool, views, settings, context);
    private readonly List<(int Kind, PreparedRows Prepared)> _kept = new(MostKept + 1);
    private (Prompt Prompt, WindowLayout Layout)? _lastLayout;

    /// <summary>The whole prompt with its history fused already, every block new.</summary>
    public ReasoningSession Whole(Prompt prompt, VisionFeatures? features, Action<int, Tensor>? observe = null) => Whole(prompt, HistoryOf(prompt), features, observe);

    /// <summary>The whole prompt, every block new.</summary>
    /// <param name="history">Token ids of the ego history.</param>
    /// <param name="features">Of all images in prompt order.</param>
    public ReasoningSession Whole(Prompt prompt, ReadOnlySpan<int> history, VisionFeatures? features, Action<int, Tensor>? observe = null) =>
        Run(prompt, history, features, kind: 0, WindowRows.Whole, shared: null, observe);

    /// <summary>
    /// The window <paramref name="inserted"/> ticks after an earlier one of the same layout: the frames that stay and all text before the
    /// last image are the earlier window's blocks, the newest frames of every view and the tail are computed (flashdrive.md §2).
    /// </summary>
    /// <param name="features">Of the newest frames: <paramref name="inserted"/> images of every view, in prompt order.</param>
    /// <param name="earlier">A lease on the earlier window; it stays the caller's.</param>
    /// <param name="frames">Frames of one view.</param>
    public ReasoningSession Moved(
        Prompt prompt, ReadOnlySpan<int> history, VisionFeatures features, KvLease earlier, int frames, int inserted, Action<int, Tensor>? observe = null) =>
        Run(prompt, history, features, inserted, layout => WindowRows.Moved(layout, frames, inserted), earlier, observe);

    /// <summary>
    /// The window without its route: everything up to the last image is the same in both, so those blocks are shared and only the tail
    /// is computed (alpamayo.md §11.3).
    /// </summary>
    /// <param name="prompt">With its route and its history fused.</param>
    public ReasoningSession WithoutRoute(Prompt prompt, ReasoningSession guided)
    {
        var bare = prompt.WithoutRoute();
        var tail = WindowLayout.Of(bare).Parts[^1];
        if (tail.Kind != WindowPartKind.Tail || bare.RouteStart >= 0 || prompt.RouteStart < tail.Start)
            throw new ArgumentException("the route must stand behind the last image", nameof(prompt));
        return Run(bare, HistoryOf(bare), null, kind: -1, WindowRows.TailOnly, guided.Lease);
    }

    /// <summary>A window of given embeddings [1, length, hidden] at given positions, every block new.</summary>
    public ReasoningSession Embedded(Tensor embeddings, RotaryPositions positions, WindowLayout layout, Action<int, Tensor>? observe = null)
    {
        using var prepared = new PreparedRows(language, WindowRows.Whole(layout), positions, []);
        return _prefill.Run(prepared, embeddings, observe: observe);
    }

    public RotaryPositions Positions(Prompt prompt) => prompt.Layout.Positions;

    public void Dispose()
    {
        _prefill.Dispose();
        foreach (var (_, prepared) in _kept) prepared.Dispose();
        _kept.Clear();
    }

    /// <param name="kind">Tells prepared rows of one layout apart: ticks moved in, 0 for whole windows, −1 for a tail alone.</param>
    private ReasoningSession Run(
        Prompt prompt, ReadOnlySpan<int> history, VisionFeatures? features, int kind, Func<WindowLayout, WindowRows> rows, KvLease? shared = null,
        Action<int, Tensor>? observe = null)
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var prepared = Prepare(prompt, kind, rows);
        try
        {
            var slots = prepared.Rows.Slots;
            var ids = torch.empty([1, slots.Length], ScalarType.Int64);
            prompt.WriteIds(history, slots, ids.buffer<long>());
            var embeddings = features is null ? language.Embed(ids) : language.Embed(ids, prepared.ImageRows, features.Merged);
            observe?.Invoke(-1, embeddings);
            var deepstack = features is null ? null : new DeepstackInput(prepared.ImageRows, features.Deepstack);
            return _prefill.Run(prepared, embeddings, deepstack, shared, observe);
        }
        finally
        {
            if (!settings.KeepPrepared) prepared.Dispose();
        }
    }

    private PreparedRows Prepare(Prompt prompt, int kind, Func<WindowLayout, WindowRows> rows)
    {
        var (layout, positions) = (LayoutOf(prompt), prompt.Layout.Positions);
        for (var i = 0; i < _kept.Count; i++)
            if (_kept[i].Kind == kind && _kept[i].Prepared.Serves(layout, positions.Flat)) return _kept[i].Prepared;
        var made = new PreparedRows(language, rows(layout), positions, prompt.Layout.ImagePlaces);
        _kept.Insert(0, (kind, made));
        if (_kept.Count > MostKept)
        {
            _kept[^1].Prepared.Dispose();
            _kept.RemoveAt(_kept.Count - 1);
        }
        return made;
    }

    /// <summary>A stream asks for the same prompt window after window.</summary>
    private WindowLayout LayoutOf(Prompt prompt)
    {
        if (_lastLayout is { } last && ReferenceEquals(last.Prompt, prompt)) return last.Layout;
        var layout = WindowLayout.Of(prompt);
        _lastLayout = (prompt, layout);
        return layout;
    }

    private static ReadOnlySpan<int> HistoryOf(Prompt prompt) => prompt.HistoryStart < 0 ? [] : prompt.Ids.AsSpan(prompt.HistoryStart, prompt.HistoryCount);
}
