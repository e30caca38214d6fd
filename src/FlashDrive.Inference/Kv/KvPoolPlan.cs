using FlashDrive.Inference.Speculation;

namespace FlashDrive.Inference.Kv;

/// <summary>How many blocks and views an engine needs, from the layout of its windows and the number of frames in flight.</summary>
/// <param name="Sessions">Frames between prefill and plan at the same time (S of the design).</param>
/// <param name="Guided">Whether a window comes with a second one without its route.</param>
public sealed record KvPoolPlan(WindowLayout Layout, int Sessions, bool Guided)
{
    /// <summary>Room for a route text that is longer than the layout's own.</summary>
    public const int RouteAllowance = 64;

    /// <summary>Blocks by capacity for one stream.</summary>
    public IReadOnlyList<KvPoolClass> Classes()
    {
        // Windows alive at once: one per session, and the stream's own, which outlives its session. None need share a block with the one
        // before it: whole prefills make every block anew, and with F ticks moved in so are all frames.
        var classes = Layout.Parts.Select(part => new KvPoolClass(CapacityOf(part), Sessions + 1));
        // Without its route a window differs in its tail alone and shares every other block.
        if (Guided) classes = classes.Concat(Layout.Parts.Where(part => part.Kind == WindowPartKind.Tail).Select(part => new KvPoolClass(CapacityOf(part), Sessions)));
        return [.. classes.GroupBy(c => c.Tokens).Select(g => new KvPoolClass(g.Key, g.Sum(c => c.Count)))];
    }

    /// <summary>Rotated views: one per session, two with guidance.</summary>
    public int Views => Sessions * (Guided ? 2 : 1);

    /// <summary>Slots of one view: the longest window and what is written while thinking.</summary>
    /// <param name="budget">Most tokens drawn for a thought.</param>
    public int ViewSlots(int budget) =>
        // The thought's text, and behind it the two tokens that close it or, while it goes on, a draft that its last token may begin.
        Layout.Length + RouteAllowance + budget + Math.Max(2, DraftingOptions.LongestDraft);

    /// <summary>Tokens of a tail block: any tail of the allowance fits into each.</summary>
    public int TailCapacity => Layout.Parts[^1] is { Kind: WindowPartKind.Tail } tail ? CapacityOf(tail) : 0;

    private static int CapacityOf(WindowPart part) => part.Kind == WindowPartKind.Tail ? part.Length + RouteAllowance : part.Length;
}
