using System.Text;

namespace FlashDrive.Model.Tokenization;

/// <summary>
/// Learns a byte-level BPE of the Qwen kind from text: the most frequent pair of neighbouring tokens becomes a new token, again and
/// again (Sennrich et al. 2016, over bytes). Pieces are those the tokenizer itself splits text into. The result depends on the
/// corpus alone: of equally frequent pairs the one with the smaller ids wins.
/// </summary>
public static class BpeTrainer
{
    // A pair seen once compresses nothing beyond the sentence it stands in.
    private const int LeastCount = 2;

    /// <param name="corpus">Texts; added tokens in them are cut out and not learned.</param>
    /// <param name="merges">Most merges to learn; fewer when no pair is left that occurs twice.</param>
    public static BpeModel Train(IEnumerable<string> corpus, int merges)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(merges);
        var words = CountPieces(corpus);
        var tokens = ByteAlphabet.Order.Select(b => new[] { b }).ToList();
        var learned = new List<(int Left, int Right)>();
        var known = ByteAlphabet.Order.Select(b => ByteAlphabet.ToChar(b).ToString()).ToHashSet();
        var counts = new PairCounts(words);
        while (learned.Count < merges && counts.MostFrequent(LeastCount) is { } pair)
        {
            byte[] bytes = [.. tokens[pair.Left], .. tokens[pair.Right]];
            // A second way to spell a known token would need no new id and break the rule that every merge makes one.
            if (!known.Add(ByteAlphabet.ToSymbols(bytes)))
            {
                counts.Forbid(pair);
                continue;
            }
            learned.Add(pair);
            tokens.Add(bytes);
            counts.Merge(pair, tokens.Count - 1);
        }
        return new([.. tokens.Select(bytes => ByteAlphabet.ToSymbols(bytes))], learned);
    }

    private static List<Word> CountPieces(IEnumerable<string> corpus)
    {
        var added = new AddedTokenMatcher(TokenizerFiles.DefaultAddedTokens(0)
            .Concat(ModelVocabulary.SpecialTokenNames.Select(name => new AddedToken(0, $"<|{name}|>", Special: true, Normalized: false))));
        var counts = new Dictionary<string, long>();
        foreach (var text in corpus)
        {
            for (var start = 0; start < text.Length;)
            {
                added.TryFind(text, start, out var index, out var length, out _);
                var part = CanonicalComposition.Normalize(text[start..index]);
                for (var i = 0; i < part.Length;)
                {
                    var pieceLength = PreTokenizer.NextLength(part, i);
                    var piece = part.Substring(i, pieceLength);
                    counts[piece] = counts.GetValueOrDefault(piece) + 1;
                    i += pieceLength;
                }
                start = index + length;
            }
        }
        var idOfByte = new int[256];
        for (var id = 0; id < 256; id++) idOfByte[ByteAlphabet.Order[id]] = id;
        return [.. counts.Select(entry => new Word([.. Encoding.UTF8.GetBytes(entry.Key).Select(b => idOfByte[b])], entry.Value))];
    }

    private sealed record Word(List<int> Tokens, long Count);

    /// <summary>How often every pair occurs, and in which words, kept up to date while merging.</summary>
    private sealed class PairCounts
    {
        private readonly List<Word> _words;
        private readonly Dictionary<(int Left, int Right), long> _counts = [];
        private readonly Dictionary<(int Left, int Right), HashSet<int>> _places = [];
        private readonly HashSet<(int Left, int Right)> _forbidden = [];

        public PairCounts(List<Word> words)
        {
            _words = words;
            for (var w = 0; w < words.Count; w++) Add(w, +1);
        }

        public (int Left, int Right)? MostFrequent(long least)
        {
            (int Left, int Right)? best = null;
            var bestCount = least - 1;
            foreach (var (pair, count) in _counts)
                if (count > bestCount || (count == bestCount && best is { } b && pair.CompareTo(b) < 0)) (best, bestCount) = (pair, count);
            return best;
        }

        public void Forbid((int Left, int Right) pair)
        {
            _forbidden.Add(pair);
            _counts.Remove(pair);
        }

        public void Merge((int Left, int Right) pair, int merged)
        {
            foreach (var w in _places[pair].ToArray())
            {
                Add(w, -1);
                var tokens = _words[w].Tokens;
                for (var i = 0; i + 1 < tokens.Count; i++)
                {
                    if (tokens[i] != pair.Left || tokens[i + 1] != pair.Right) continue;
                    tokens[i] = merged;
                    tokens.RemoveAt(i + 1);
                }
                Add(w, +1);
            }
            Forbid(pair);
            _places.Remove(pair);
        }

        private void Add(int w, int sign)
        {
            var (tokens, count) = _words[w];
            for (var i = 0; i + 1 < tokens.Count; i++)
            {
                var pair = (tokens[i], tokens[i + 1]);
                if (_forbidden.Contains(pair)) continue;
                var total = _counts.GetValueOrDefault(pair) + sign * count;
                if (total == 0) _counts.Remove(pair);
                else _counts[pair] = total;
                if (!_places.TryGetValue(pair, out var places)) _places[pair] = places = [];
                if (sign > 0) places.Add(w);
                else places.Remove(w);
            }
        }
    }
}
