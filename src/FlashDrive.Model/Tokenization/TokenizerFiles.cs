using System.Text.Json;

namespace FlashDrive.Model.Tokenization;

/// <summary>Reads a tokenizer from <c>tokenizer.json</c>, or from <c>vocab.json</c> + <c>merges.txt</c> (+ <c>tokenizer_config.json</c>).</summary>
public static class TokenizerFiles
{
    /// <summary>The 26 added tokens of every Qwen3 tokenizer in id order; the first 14 are special.</summary>
    internal static readonly string[] QwenAddedTokens =
    [
        "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>", "<|box_end|>",
        "<|quad_start|>", "<|quad_end|>", "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>", "<|image_pad|>", "<|video_pad|>",
        "<tool_call>", "</tool_call>", "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>", "<|fim_pad|>", "<|repo_name|>", "<|file_sep|>",
        "<tool_response>", "</tool_response>", "<think>", "</think>",
    ];

    internal const int QwenSpecialTokens = 14;

    public static bool Exist(string folder) =>
        File.Exists(Path.Combine(folder, "tokenizer.json"))
        || (File.Exists(Path.Combine(folder, "vocab.json")) && File.Exists(Path.Combine(folder, "merges.txt")));

    /// <exception cref="InvalidTokenizerException">Files are missing, malformed or describe another kind of tokenizer.</exception>
    public static Tokenizer Load(string folder)
    {
        try
        {
            var single = Path.Combine(folder, "tokenizer.json");
            if (File.Exists(single)) return FromTokenizerJson(single);
            if (Exist(folder)) return FromVocabularyAndMerges(folder);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException or OverflowException)
        {
            throw new InvalidTokenizerException($"{folder}: the tokenizer files are malformed: {e.Message}", e);
        }
        throw new InvalidTokenizerException($"{folder}: no tokenizer.json, nor vocab.json with merges.txt");
    }

    /// <summary>The tokenizer whose vocabulary is its merge list: the 256 bytes in alphabet order, then the result of every line in order.</summary>
    public static Tokenizer FromMerges(IEnumerable<string> lines)
    {
        var symbols = new Dictionary<string, int>();
        foreach (var b in ByteAlphabet.Order) symbols.Add(ByteAlphabet.ToChar(b).ToString(), symbols.Count);
        var pairs = lines.Select(SplitMerge).ToList();
        foreach (var (left, right) in pairs) symbols.TryAdd(left + right, symbols.Count);
        return Build("the merge list", symbols, pairs, DefaultAddedTokens(symbols.Count));
    }

    internal static (string Left, string Right) SplitMerge(string line)
    {
        var space = line.IndexOf(' ');
        return space > 0 && space < line.Length - 1 && line.IndexOf(' ', space + 1) < 0
            ? (line[..space], line[(space + 1)..])
            : throw new InvalidTokenizerException($"merge \"{line}\" must be two symbols separated by one space");
    }

    internal static List<AddedToken> DefaultAddedTokens(int firstId) =>
        [.. QwenAddedTokens.Select((content, i) => new AddedToken(firstId + i, content, i < QwenSpecialTokens, Normalized: false))];

    private static Tokenizer FromTokenizerJson(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        var root = document.RootElement;
        var model = root.GetProperty("model");
        Require(file, "model.type", model.GetProperty("type").GetString(), "BPE");
        Require(file, "normalizer.type", root.GetProperty("normalizer").GetProperty("type").GetString(), "NFC");
        foreach (var flag in new[] { "fuse_unk", "byte_fallback", "ignore_merges" })
            if (model.TryGetProperty(flag, out var value) && value.ValueKind == JsonValueKind.True)
                throw new InvalidTokenizerException($"{file}: model.{flag} = true is not supported");
        var split = root.GetProperty("pre_tokenizer").GetProperty("pretokenizers")[0];
        Require(file, "pre_tokenizer.pretokenizers[0].pattern.Regex", split.GetProperty("pattern").GetProperty("Regex").GetString(), PreTokenizer.Expression);
        var merges = new List<(string, string)>(model.GetProperty("merges").GetArrayLength());
        foreach (var merge in model.GetProperty("merges").EnumerateArray())
            merges.Add(merge.ValueKind == JsonValueKind.Array ? (merge[0].GetString()!, merge[1].GetString()!) : SplitMerge(merge.GetString()!));
        var added = new List<AddedToken>();
        foreach (var token in root.GetProperty("added_tokens").EnumerateArray()) added.Add(ReadAdded(file, token.GetProperty("id").GetInt32(), token));
        return Build(file, ReadVocabulary(model.GetProperty("vocab")), merges, added);
    }

    private static Tokenizer FromVocabularyAndMerges(string folder)
    {
        using var vocabulary = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "vocab.json")));
        var symbols = ReadVocabulary(vocabulary.RootElement);
        var merges = File.ReadLines(Path.Combine(folder, "merges.txt")).Where(line => line.Length > 0 && !line.StartsWith("#version", StringComparison.Ordinal));
        var added = DefaultAddedTokens(symbols.Count);
        var settings = Path.Combine(folder, "tokenizer_config.json");
        if (File.Exists(settings))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(settings));
            if (document.RootElement.TryGetProperty("added_tokens_decoder", out var decoder))
                added = [.. decoder.EnumerateObject()
                    .Select(p => ReadAdded(settings, int.Parse(p.Name, System.Globalization.CultureInfo.InvariantCulture), p.Value))
                    .OrderBy(token => token.Id)];
        }
        return Build(folder, symbols, [.. merges.Select(SplitMerge)], added);
    }

    private static Dictionary<string, int> ReadVocabulary(JsonElement vocabulary)
    {
        var symbols = new Dictionary<string, int>();
        foreach (var entry in vocabulary.EnumerateObject()) symbols.Add(entry.Name, entry.Value.GetInt32());
        return symbols;
    }

    private static AddedToken ReadAdded(string file, int id, JsonElement token)
    {
        var content = token.GetProperty("content").GetString();
        if (string.IsNullOrEmpty(content)) throw new InvalidTokenizerException($"{file}: added token {id} has no content");
        foreach (var flag in new[] { "single_word", "lstrip", "rstrip" })
            if (token.TryGetProperty(flag, out var value) && value.ValueKind == JsonValueKind.True)
                throw new InvalidTokenizerException($"{file}: added token \"{content}\" has {flag} = true, which is not supported");
        return new(id, content, token.GetProperty("special").GetBoolean(), token.GetProperty("normalized").GetBoolean());
    }

    private static Tokenizer Build(string source, Dictionary<string, int> symbols, List<(string Left, string Right)> pairs, IReadOnlyList<AddedToken> added)
    {
        var merges = new BytePairMerges(pairs.Count);
        foreach (var (left, right) in pairs)
        {
            if (!symbols.TryGetValue(left, out var l) || !symbols.TryGetValue(right, out var r) || !symbols.TryGetValue(left + right, out var merged))
                throw new InvalidTokenizerException($"{source}: merge \"{left} {right}\" uses a symbol that is not in the vocabulary");
            merges.Add(l, r, merged);
        }
        return new(merges, symbols, added);
    }

    private static void Require(string file, string key, string? value, string supported)
    {
        if (value != supported) throw new InvalidTokenizerException($"{file}: {key} = \"{value}\": only \"{supported}\" is supported");
    }
}
