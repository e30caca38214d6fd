namespace FlashDrive.Model.Tokenization;

/// <summary>Finds added tokens in text: the leftmost one, and of those that begin at the same place the longest.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly Dictionary<(int Node, char Next), int> _edges = [];
    private readonly List<int> _idOfNode = [-1];
    private readonly System.Buffers.SearchValues<char> _firstChars;

    public AddedTokenMatcher(IEnumerable<AddedToken> tokens)
    {
        var first = new HashSet<char>();
        foreach (var token in tokens)
        {
            first.Add(token.Content[0]);
            var node = 0;
            foreach (var c in token.Content)
            {
                if (!_edges.TryGetValue((node, c), out var child))
                {
                    child = _idOfNode.Count;
                    _edges.Add((node, c), child);
                    _idOfNode.Add(-1);
                }
                node = child;
            }
            _idOfNode[node] = token.Id;
        }
        _firstChars = System.Buffers.SearchValues.Create([.. first]);
    }

    /// <summary>The next token at or after <paramref name="start"/>; false when none is left.</summary>
    public bool TryFind(ReadOnlySpan<char> text, int start, out int index, out int length, out int id)
    {
        for (index = start; index < text.Length; index++)
        {
            var offset = text[index..].IndexOfAny(_firstChars);
            if (offset < 0) break;
            index += offset;
            if ((length = LongestAt(text[index..], out id)) > 0) return true;
        }
        (index, length, id) = (text.Length, 0, -1);
        return false;
    }

    private int LongestAt(ReadOnlySpan<char> text, out int id)
    {
        var (node, longest) = (0, 0);
        id = -1;
        for (var i = 0; i < text.Length && _edges.TryGetValue((node, text[i]), out node); i++)
        {
            if (_idOfNode[node] < 0) continue;
            (id, longest) = (_idOfNode[node], i + 1);
        }
        return longest;
    }
}
