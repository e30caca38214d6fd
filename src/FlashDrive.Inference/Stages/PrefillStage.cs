using FlashDrive.Inference.Kv;
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

/// <summary>What the language model reads of one window.</summary>
/// <param name="HistoryTokens">Token ids of the ego history.</param>
public sealed record PrefillRequest(
    IReadOnlyList<int> Cameras, int FramesPerCamera, IReadOnlyList<ImageGrid> Grids, VisionFeatures Features, int[] HistoryTokens,
    string? Route = null, bool Guided = false);

/// <summary>
/// Builds the prompt of a window and runs the language model over it, into new blocks. Holds the model's weights (shared, read only)
/// and the pools; the blocks' leases leave with the result.
/// </summary>
public sealed class PrefillStage(LanguageModel language, PromptBuilder prompts, KvPool pool, WindowViewPool views)
{
    private readonly WindowPrefill _prefill = new(language, pool, views);
    private (Prompt Prompt, WindowLayout Layout)? _lastLayout;

    public PrefilledWindow Prefill(WindowFacts facts, PrefillRequest request)
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var prompt = prompts.Build(new(request.Grids, request.FramesPerCamera, request.Cameras, request.Route));
        var session = Whole(prompt, request.HistoryTokens, request.Features);
        try
        {
            var guided = request.Guided && request.Route is not null;
            return new(facts, session, guided ? WithoutRoute(prompt.FuseHistory(request.HistoryTokens), session) : null);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>The whole prompt with its history fused already, every block new.</summary>
    public ReasoningSession Whole(Prompt prompt, VisionFeatures? features, Action<int, Tensor>? observe = null) =>
        Whole(prompt, prompt.HistoryStart < 0 ? [] : prompt.Ids.AsSpan(prompt.HistoryStart, prompt.HistoryCount), features, observe);

    private ReasoningSession Whole(Prompt prompt, ReadOnlySpan<int> historyTokens, VisionFeatures? features, Action<int, Tensor>? observe = null)
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var places = torch.tensor(prompt.Layout.ImagePlaces, prompt.Layout.ImagePlaces.Length);
        var ids = torch.empty([1, prompt.Length], ScalarType.Int64);
        prompt.WriteIds(historyTokens, ids.buffer<long>());
        var embeddings = features is null ? language.Embed(ids) : language.Embed(ids, places, features.Merged);
        observe?.Invoke(-1, embeddings);
        var deepstack = features is null ? null : new DeepstackInput(places, features.Deepstack);
        return _prefill.Run(embeddings, Positions(prompt), LayoutOf(prompt), deepstack, shared: null, observe);
    }

    /// <summary>A stream asks for the same prompt window after window.</summary>
    private WindowLayout LayoutOf(Prompt prompt)
    {
        if (_lastLayout is { } last && ReferenceEquals(last.Prompt, prompt)) return last.Layout;
        var layout = WindowLayout.Of(prompt);
        _lastLayout = (prompt, layout);
        return layout;
    }

    /// <summary>
    /// The window without its route: everything up to the last image is the same in both, so those blocks are shared and only the tail
    /// is computed (alpamayo.md §11.3).
    /// </summary>
    public ReasoningSession WithoutRoute(Prompt prompt, ReasoningSession guided)
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var bare = prompt.WithoutRoute();
        var layout = WindowLayout.Of(bare);
        var tail = layout.Parts[^1];
        if (tail.Kind != WindowPartKind.Tail || bare.RouteStart >= 0 || prompt.RouteStart < tail.Start)
            throw new ArgumentException("the route must stand behind the last image", nameof(prompt));
        var ids = torch.tensor(Array.ConvertAll(bare.Ids[tail.Start..], id => (long)id), 1, tail.Length);
        return _prefill.Run(language.Embed(ids), Positions(bare), layout, shared: guided.Lease);
    }

    /// <summary>A window of given embeddings [1, length, hidden] at given positions, every block new.</summary>
    public ReasoningSession Embedded(Tensor embeddings, RotaryPositions positions, WindowLayout layout, Action<int, Tensor>? observe = null) =>
        _prefill.Run(embeddings, positions, layout, observe: observe);

    public RotaryPositions Positions(Prompt prompt) => prompt.Layout.Positions;
}
