namespace FlashDrive.Model.Tokenization;

/// <summary>Size of one image in patches (temporal, height, width); height and width are even multiples of the merge size.</summary>
public readonly record struct ImageGrid(int T, int H, int W)
{
    public int Patches => T * H * W;

    /// <summary>Language tokens of the image: one per mergeSize × mergeSize patches.</summary>
    public int Tokens(int mergeSize) => Patches / (mergeSize * mergeSize);
}

/// <summary>Where one image lies in a prompt.</summary>
/// <param name="View">Position of the camera in the prompt, from 0.</param>
/// <param name="Frame">Number of the frame within its camera, oldest first.</param>
/// <param name="Start">Index of <c>&lt;|vision_start|&gt;</c>; the image tokens follow it and <c>&lt;|vision_end|&gt;</c> follows them.</param>
/// <param name="Tokens">Number of image tokens.</param>
public readonly record struct PromptImage(int View, int Frame, int Start, int Tokens)
{
    public int FirstToken => Start + 1;

    /// <summary>One past <c>&lt;|vision_end|&gt;</c>.</summary>
    public int End => Start + Tokens + 2;
}

/// <summary>A tokenized prompt: token ids with image tokens expanded, and where its parts lie.</summary>
/// <param name="Text">The chat text, with one <c>&lt;|image_pad|&gt;</c> per image.</param>
/// <param name="Ids">[L] token ids; history slots hold placeholders until <see cref="FuseHistory"/>.</param>
/// <param name="Images">In prompt order, which is the order of the vision tower's output.</param>
/// <param name="HistoryStart">Index of the first history slot, or −1 when the prompt has none.</param>
/// <param name="HistoryCount">Number of history slots.</param>
/// <param name="RouteStart">Index of <c>&lt;|route_start|&gt;</c>, or −1 without a route.</param>
/// <param name="RouteEnd">One past <c>&lt;|route_end|&gt;</c>, or −1.</param>
public sealed record Prompt(
    string Text, int[] Ids, IReadOnlyList<ImageGrid> Grids, IReadOnlyList<PromptImage> Images, int HistoryStart, int HistoryCount, int RouteStart, int RouteEnd)
{
    private PromptLayout _like = null!;
    private PromptLayout? _layout;

    /// <summary>[L] token ids; a prompt made from another with other ids has a layout of its own.</summary>
    public int[] Ids
    {
        get;
        init => (field, _layout) = (value, null);
    } = Ids;

    public int Length => Ids.Length;

    /// <summary>What follows from the places of the images alone; shared by all prompts fused from one.</summary>
    public required PromptLayout Layout
    {
        get => _layout ??= _like.Of(Ids);
        init => _layout = _like = value;
    }

    /// <summary>A prompt whose history slots hold the given token ids, in order (alpamayo.md §12.1).</summary>
    /// <exception cref="ArgumentException">Their number is not the number of slots.</exception>
    public Prompt FuseHistory(ReadOnlySpan<int> historyIds)
    {
        CheckHistory(historyIds);
        var ids = (int[])Ids.Clone();
        historyIds.CopyTo(ids.AsSpan(Math.Max(HistoryStart, 0)));
        return this with { Ids = ids, Layout = Layout };
    }

    /// <summary>Writes the ids with the given history into [Length] places, as the embedding wants them.</summary>
    /// <exception cref="ArgumentException">The number of history tokens is not the number of slots, or the room is not the prompt's length.</exception>
    public void WriteIds(ReadOnlySpan<int> historyIds, Span<long> ids)
    {
        CheckHistory(historyIds);
        if (ids.Length != Length) throw new ArgumentException($"the prompt has {Length} tokens, there is room for {ids.Length}", nameof(ids));
        for (var i = 0; i < ids.Length; i++) ids[i] = Ids[i];
        for (var i = 0; i < historyIds.Length; i++) ids[HistoryStart + i] = historyIds[i];
    }

    /// <summary>Writes the ids of some places, ascending, with the given history, into as many places.</summary>
    /// <exception cref="ArgumentException">The number of history tokens is not the number of slots.</exception>
    public void WriteIds(ReadOnlySpan<int> historyIds, ReadOnlySpan<int> places, Span<long> ids)
    {
        CheckHistory(historyIds);
        for (var i = 0; i < places.Length; i++)
        {
            var history = places[i] - HistoryStart;
            ids[i] = HistoryStart >= 0 && (uint)history < (uint)historyIds.Length ? historyIds[history] : Ids[places[i]];
        }
    }

    /// <summary>
    /// The ids without the route block, markers included, which is the prompt of guidance's unguided branch (alpamayo.md §11.3).
    /// </summary>
    /// <exception cref="InvalidOperationException">The prompt has no route.</exception>
    public Prompt WithoutRoute()
    {
        if (RouteStart < 0) throw new InvalidOperationException("the prompt has no route to remove");
        int[] ids = [.. Ids[..RouteStart], .. Ids[RouteEnd..]];
        const string start = "<|route_start|>", end = "<|route_end|>";
        var (from, to) = (Text.IndexOf(start, StringComparison.Ordinal), Text.IndexOf(end, StringComparison.Ordinal) + end.Length);
        return this with { Text = Text.Remove(from, to - from), Ids = ids, RouteStart = -1, RouteEnd = -1 };
    }

    private void CheckHistory(ReadOnlySpan<int> historyIds)
    {
        if (historyIds.Length != HistoryCount)
            throw new ArgumentException($"the prompt has {HistoryCount} history slots, got {historyIds.Length} tokens", nameof(historyIds));
    }
}
