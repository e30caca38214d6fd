namespace FlashDrive.Model.Tokenization;

/// <summary>
/// The merge rules of a byte-level BPE: which two neighbouring tokens become one, and in which order. Merging takes the rule of
/// the lowest rank anywhere in the piece, leftmost first, until none applies.
/// </summary>
internal sealed class BytePairMerges
{
    // Above this many bytes rescanning all neighbours for every merge costs more than a queue.
    private const int ScanLimit = 64;

    private readonly Dictionary<ulong, (int Rank, int Id)> _rules;
    private int _added;

    public BytePairMerges(int capacity) => _rules = new(capacity);

    /// <summary>Adds the next rule in rank order. A pair listed twice keeps its last rank, as in the reference library.</summary>
    public void Add(int left, int right, int merged) => _rules[Key(left, right)] = (_added++, merged);

    /// <summary>Merges the tokens of one piece in place and returns how many are left.</summary>
    public int Apply(Span<int> tokens) => tokens.Length <= ScanLimit ? ApplyByScan(tokens) : ApplyByQueue(tokens);

    private int ApplyByScan(Span<int> tokens)
    {
        var count = tokens.Length;
        Span<int> ranks = stackalloc int[ScanLimit];
        for (var i = 0; i + 1 < count; i++) ranks[i] = Rank(tokens[i], tokens[i + 1]);
        while (count > 1)
        {
            var best = 0;
            for (var i = 1; i + 1 < count; i++)
                if (ranks[i] < ranks[best]) best = i;
            if (ranks[best] == int.MaxValue) break;
            tokens[best] = _rules[Key(tokens[best], tokens[best + 1])].Id;
            tokens[(best + 2)..count].CopyTo(tokens[(best + 1)..]);
            ranks[(best + 2)..count].CopyTo(ranks[(best + 1)..]);
            count--;
            if (best > 0) ranks[best - 1] = Rank(tokens[best - 1], tokens[best]);
            if (best + 1 < count) ranks[best] = Rank(tokens[best], tokens[best + 1]);
        }
        return count;
    }

    private int ApplyByQueue(Span<int> tokens)
    {
        var (previous, next) = (new int[tokens.Length], new int[tokens.Length]);
        var queue = new PriorityQueue<(int Left, int LeftToken, int RightToken, int Merged), (int Rank, int Position)>();
        for (var i = 0; i < tokens.Length; i++)
        {
            previous[i] = i - 1;
            next[i] = i + 1 < tokens.Length ? i + 1 : -1;
            if (i + 1 < tokens.Length) Offer(tokens, i, i + 1);
        }
        while (queue.TryDequeue(out var rule, out _))
        {
            var right = next[rule.Left];
            // A neighbour merged since this entry was queued makes it void; a merged-away position holds −1.
            if (tokens[rule.Left] != rule.LeftToken || right < 0 || tokens[right] != rule.RightToken) continue;
            tokens[rule.Left] = rule.Merged;
            tokens[right] = -1;
            next[rule.Left] = next[right];
            if (next[right] >= 0) previous[next[right]] = rule.Left;
            if (previous[rule.Left] >= 0) Offer(tokens, previous[rule.Left], rule.Left);
            if (next[rule.Left] >= 0) Offer(tokens, rule.Left, next[rule.Left]);
        }
        var count = 0;
        for (var i = 0; i >= 0; i = next[i]) tokens[count++] = tokens[i];
        return count;

        void Offer(ReadOnlySpan<int> all, int left, int right)
        {
            if (_rules.TryGetValue(Key(all[left], all[right]), out var rule))
                queue.Enqueue((left, all[left], all[right], rule.Id), (rule.Rank, left));
        }
    }

    private int Rank(int left, int right) => _rules.TryGetValue(Key(left, right), out var rule) ? rule.Rank : int.MaxValue;

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;
}
