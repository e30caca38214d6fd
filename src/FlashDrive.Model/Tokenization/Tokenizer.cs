using System.Buffers;
using System.Text;

namespace FlashDrive.Model.Tokenization;

/// <summary>
/// Byte-level BPE of the Qwen2/Qwen3 kind with added tokens (alpamayo.md §3.1). Immutable; any number of threads may use one.
/// Encoding: cut raw added tokens out of the text, NFC-normalise what is left, cut normalised added tokens out of that, split the
/// rest into pieces, spell each as UTF-8 bytes and merge.
/// </summary>
public sealed class Tokenizer
{
    private readonly BytePairMerges _merges;
    private readonly int[] _idOfByte;
    private readonly byte[][] _bytesOfId;
    private readonly Dictionary<string, int> _baseIds;
    private readonly Dictionary<int, AddedToken> _addedById;
    private readonly Dictionary<string, AddedToken> _addedByContent;
    private readonly AddedTokenMatcher _raw;
    private readonly AddedTokenMatcher _normalized;

    /// <param name="symbols">The base vocabulary in the byte alphabet, index = id; may have gaps (null).</param>
    internal Tokenizer(BytePairMerges merges, Dictionary<string, int> symbols, IReadOnlyList<AddedToken> added)
        : this(merges, symbols, IdOfByte(symbols), BytesOfId(symbols, added), added)
    {
    }

    private Tokenizer(BytePairMerges merges, Dictionary<string, int> symbols, int[] idOfByte, byte[][] bytesOfId, IReadOnlyList<AddedToken> added)
    {
        (_merges, _baseIds, _idOfByte, _bytesOfId, AddedTokens) = (merges, symbols, idOfByte, bytesOfId, added);
        _addedById = added.ToDictionary(token => token.Id);
        _addedByContent = added.ToDictionary(token => token.Content);
        _raw = new(added.Where(token => !token.Normalized));
        _normalized = new(added.Where(token => token.Normalized));
    }

    /// <summary>Number of ids: base and added tokens.</summary>
    public int Length => _bytesOfId.Length;

    public IReadOnlyList<AddedToken> AddedTokens { get; }

    /// <summary>Id of a whole token (added, or spelt in the byte alphabet), or null.</summary>
    public int? IdOf(string token) =>
        _addedByContent.TryGetValue(token, out var added) ? added.Id : _baseIds.TryGetValue(token, out var id) ? id : null;

    /// <summary>The token as the vocabulary file spells it.</summary>
    public string TokenOf(int id) => _addedById.TryGetValue(id, out var added) ? added.Content : ByteAlphabet.ToSymbols(BytesOf(id));

    /// <summary>This tokenizer with more added tokens, numbered from <see cref="Length"/>; contents that exist already get no new id.</summary>
    public Tokenizer Extend(IEnumerable<(string Content, bool Special, bool Normalized)> tokens)
    {
        var (added, bytes) = (new List<AddedToken>(AddedTokens), new List<byte[]>(_bytesOfId));
        var known = new HashSet<string>(_addedByContent.Keys);
        foreach (var (content, special, normalized) in tokens)
        {
            if (!known.Add(content)) continue;
            added.Add(new(bytes.Count, content, special, normalized));
            bytes.Add(Encoding.UTF8.GetBytes(content));
        }
        return new(_merges, _baseIds, _idOfByte, [.. bytes], added);
    }

    public int[] Encode(string text)
    {
        var ids = new List<int>(text.Length / 3 + 8);
        for (var start = 0; start < text.Length;)
        {
            var found = _raw.TryFind(text, start, out var index, out var length, out var id);
            if (index > start) EncodeNormalized(CanonicalComposition.Normalize(text[start..index]), ids);
            if (found) ids.Add(id);
            start = index + length;
        }
        return [.. ids];
    }

    /// <summary>The text of ids: all bytes joined, then read as UTF-8 with one U+FFFD per maximal invalid part.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An id is not in the vocabulary.</exception>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial = false)
    {
        var bytes = new ArrayBufferWriter<byte>(ids.Length * 4 + 1);
        foreach (var id in ids)
            if (!skipSpecial || !_addedById.TryGetValue(id, out var added) || !added.Special) bytes.Write(BytesOf(id));
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <summary>True when the text holds a token that is cut out of raw text, such as a role marker. Free text from outside must not.</summary>
    public bool ContainsControlToken(string text, out string token)
    {
        var found = _raw.TryFind(text, 0, out var index, out var length, out _);
        token = found ? text.Substring(index, length) : "";
        return found;
    }

    private ReadOnlySpan<byte> BytesOf(int id) =>
        id >= 0 && id < _bytesOfId.Length
            ? _bytesOfId[id]
            : throw new ArgumentOutOfRangeException(nameof(id), id, $"token id must be from 0 to {_bytesOfId.Length - 1}");

    private void EncodeNormalized(string text, List<int> ids)
    {
        for (var start = 0; start < text.Length;)
        {
            var found = _normalized.TryFind(text, start, out var index, out var length, out var id);
            EncodePieces(text.AsSpan(start, index - start), ids);
            if (found) ids.Add(id);
            start = index + length;
        }
    }

    private void EncodePieces(ReadOnlySpan<char> text, List<int> ids)
    {
        Span<byte> smallBytes = stackalloc byte[192];
        Span<int> smallTokens = stackalloc int[192];
        for (var start = 0; start < text.Length;)
        {
            var piece = text.Slice(start, PreTokenizer.NextLength(text, start));
            start += piece.Length;
            var fits = piece.Length * 3 <= smallBytes.Length;
            var bytes = fits ? smallBytes : new byte[piece.Length * 3];
            var count = Encoding.UTF8.GetBytes(piece, bytes);
            var tokens = (fits ? smallTokens : new int[count])[..count];
            for (var i = 0; i < count; i++) tokens[i] = _idOfByte[bytes[i]];
            foreach (var token in tokens[.._merges.Apply(tokens)]) ids.Add(token);
        }
    }

    private static int[] IdOfByte(Dictionary<string, int> symbols)
    {
        var ids = new int[256];
        for (var b = 0; b < 256; b++)
            if (!symbols.TryGetValue(ByteAlphabet.ToChar((byte)b).ToString(), out ids[b]))
                throw new InvalidTokenizerException($"the vocabulary has no token for byte {b} (\"{ByteAlphabet.ToChar((byte)b)}\"): it is not a byte-level BPE");
        return ids;
    }

    private static byte[][] BytesOfId(Dictionary<string, int> symbols, IReadOnlyList<AddedToken> added)
    {
        var length = symbols.Count + added.Count(token => !symbols.ContainsKey(token.Content));
        var bytes = new byte[length][];
        foreach (var (symbol, id) in symbols)
            Place(id, symbol, ByteAlphabet.ToBytes(symbol) ?? Encoding.UTF8.GetBytes(symbol));
        foreach (var token in added)
            if (!symbols.TryGetValue(token.Content, out var id) || id != token.Id) Place(token.Id, token.Content, Encoding.UTF8.GetBytes(token.Content));
        return bytes;

        void Place(int id, string token, byte[] value)
        {
            if (id < 0 || id >= length || bytes[id] is not null)
                throw new InvalidTokenizerException($"token \"{token}\" has id {id}: ids must be 0 to {length - 1}, each once");
            bytes[id] = value;
        }
    }
}
