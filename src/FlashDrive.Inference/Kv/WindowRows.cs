namespace FlashDrive.Inference.Kv;

/// <summary>
/// What a prefill computes of a window and at which slots its rows stand; the other parts are blocks of an earlier window's table.
/// Immutable, a few numbers a part, shared by all windows of one layout.
/// </summary>
public sealed class WindowRows
{
    private readonly int[] _sources;

    private WindowRows(WindowLayout layout, Func<WindowPart, int, int> source)
    {
        Layout = layout;
        _sources = new int[layout.Parts.Count];
        var slots = new List<int>(layout.Length);
        for (var i = 0; i < _sources.Length; i++)
        {
            var part = layout.Parts[i];
            _sources[i] = source(part, i);
            if (_sources[i] >= 0) continue;
            for (var slot = part.Start; slot < part.End; slot++) slots.Add(slot);
        }
        Slots = [.. slots];
    }

    public WindowLayout Layout { get; }

    /// <summary>The slot of every row, ascending; with gaps where blocks are shared.</summary>
    public int[] Slots { get; }

    /// <summary>Which part of the earlier table stands here, or −1: a new block.</summary>
    public int SourceOf(int part) => _sources[part];

    /// <summary>Every block new.</summary>
    public static WindowRows Whole(WindowLayout layout) => new(layout, static (_, _) => -1);

    /// <summary>Everything up to the last image from a window that begins alike, and a tail of its own.</summary>
    public static WindowRows TailOnly(WindowLayout layout) => new(layout, static (part, index) => part.Kind == WindowPartKind.Tail ? -1 : index);

    /// <summary>
    /// The window <paramref name="inserted"/> ticks later: prefix and labels stay, a view's frames move towards the past, and the newest
    /// frames of every view and the tail are new (flashdrive.md §2.3, §2.10).
    /// </summary>
    /// <param name="frames">Frames of one view.</param>
    /// <param name="inserted">Ticks moved in, 1 to <paramref name="frames"/>.</param>
    public static WindowRows Moved(WindowLayout layout, int frames, int inserted)
    {
        if (inserted < 1 || inserted > frames) throw new ArgumentOutOfRangeException(nameof(inserted), inserted, $"a window of {frames} frames moves by 1 to {frames}");
        var places = new Dictionary<(int View, int Frame), int>();
        for (var i = 0; i < layout.Parts.Count; i++)
            if (layout.Parts[i] is { Kind: WindowPartKind.Visual } part) places.Add((part.View, part.Frame), i);
        return new(layout, (part, index) => part.Kind switch
        {
            WindowPartKind.Tail => -1,
            WindowPartKind.Visual => part.Frame + inserted < frames ? places[(part.View, part.Frame + inserted)] : -1,
            _ => index,
        });
    }
}
