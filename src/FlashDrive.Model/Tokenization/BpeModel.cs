using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using FlashDrive.Model.Configuration;

namespace FlashDrive.Model.Tokenization;

/// <summary>
/// A learned byte-level BPE and the file set the public reference loads (Qwen2TokenizerFast): tokenizer.json, vocab.json, merges.txt
/// and tokenizer_config.json, with the 26 Qwen added tokens behind the base vocabulary.
/// </summary>
/// <param name="Symbols">The base vocabulary in the byte alphabet, index = id: 256 bytes, then one token per merge.</param>
/// <param name="Merges">Pairs of ids in rank order.</param>
public sealed record BpeModel(IReadOnlyList<string> Symbols, IReadOnlyList<(int Left, int Right)> Merges)
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true, IndentSize = 1, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Number of ids with the added tokens: what the backbone's vocab_size says and where trajectory tokens begin.</summary>
    public int Length => Symbols.Count + TokenizerFiles.QwenAddedTokens.Length;

    public Tokenizer ToTokenizer() => TokenizerFiles.FromMerges(MergeLines());

    /// <summary>Id of one of the Qwen added tokens, e.g. <c>&lt;|image_pad|&gt;</c>.</summary>
    public int IdOfAdded(string token)
    {
        var index = Array.IndexOf(TokenizerFiles.QwenAddedTokens, token);
        return index >= 0 ? Symbols.Count + index : throw new ArgumentException($"\"{token}\" is none of the added tokens of a Qwen tokenizer", nameof(token));
    }

    /// <summary>Writes the four files into a folder, which is created when missing; each appears whole or not at all.</summary>
    public void WriteTo(string folder)
    {
        Directory.CreateDirectory(folder);
        var vocabulary = Symbols.Select((symbol, id) => (symbol, id)).ToDictionary(entry => entry.symbol, entry => entry.id);
        Write(folder, "vocab.json", vocabulary);
        CheckpointFiles.WriteText(Path.Combine(folder, "merges.txt"), "#version: 0.2\n" + string.Concat(MergeLines().Select(line => line + "\n")));
        Write(folder, "tokenizer.json", TokenizerJson(vocabulary));
        Write(folder, "tokenizer_config.json", TokenizerConfig());
    }

    private static void Write(string folder, string name, object value) =>
        CheckpointFiles.WriteText(Path.Combine(folder, name), JsonSerializer.Serialize(value, Format) + "\n");

    private IEnumerable<string> MergeLines() => Merges.Select(pair => $"{Symbols[pair.Left]} {Symbols[pair.Right]}");

    private Dictionary<string, object?> TokenizerJson(Dictionary<string, int> vocabulary) => new()
    {
        ["version"] = "1.0",
        ["truncation"] = null,
        ["padding"] = null,
        ["added_tokens"] = TokenizerFiles.DefaultAddedTokens(Symbols.Count).Select(token => new Dictionary<string, object>
        {
            ["id"] = token.Id, ["content"] = token.Content, ["single_word"] = false, ["lstrip"] = false, ["rstrip"] = false,
            ["normalized"] = token.Normalized, ["special"] = token.Special,
        }),
        ["normalizer"] = new { type = "NFC" },
        ["pre_tokenizer"] = new
        {
            type = "Sequence",
            pretokenizers = new object[]
            {
                new { type = "Split", pattern = new { Regex = PreTokenizer.Expression }, behavior = "Isolated", invert = false },
                ByteLevel(addPrefixSpace: false, trimOffsets: false, useRegex: false),
            },
        },
        ["post_processor"] = ByteLevel(addPrefixSpace: false, trimOffsets: false, useRegex: false),
        ["decoder"] = ByteLevel(addPrefixSpace: true, trimOffsets: true, useRegex: true),
        ["model"] = new Dictionary<string, object?>
        {
            ["type"] = "BPE", ["dropout"] = null, ["unk_token"] = null, ["continuing_subword_prefix"] = null, ["end_of_word_suffix"] = null,
            ["fuse_unk"] = false, ["byte_fallback"] = false, ["ignore_merges"] = false,
            ["vocab"] = vocabulary,
            ["merges"] = Merges.Select(pair => new[] { Symbols[pair.Left], Symbols[pair.Right] }),
        },
    };

    private Dictionary<string, object?> TokenizerConfig() => new()
    {
        ["tokenizer_class"] = "Qwen2Tokenizer",
        ["processor_class"] = "Qwen3VLProcessor",
        ["add_bos_token"] = false,
        ["add_prefix_space"] = false,
        ["bos_token"] = null,
        ["eos_token"] = "<|im_end|>",
        ["pad_token"] = "<|endoftext|>",
        ["unk_token"] = null,
        ["errors"] = "replace",
        ["split_special_tokens"] = false,
        ["clean_up_tokenization_spaces"] = false,
        ["model_max_length"] = 262144,
        ["additional_special_tokens"] = TokenizerFiles.QwenAddedTokens[1..TokenizerFiles.QwenSpecialTokens],
        ["added_tokens_decoder"] = TokenizerFiles.DefaultAddedTokens(Symbols.Count).ToDictionary(
            token => token.Id.ToString(System.Globalization.CultureInfo.InvariantCulture),
            token => new Dictionary<string, object>
            {
                ["content"] = token.Content, ["lstrip"] = false, ["rstrip"] = false, ["normalized"] = token.Normalized, ["single_word"] = false,
                ["special"] = token.Special,
            }),
    };

    private static Dictionary<string, object> ByteLevel(bool addPrefixSpace, bool trimOffsets, bool useRegex) => new()
    {
        ["type"] = "ByteLevel", ["add_prefix_space"] = addPrefixSpace, ["trim_offsets"] = trimOffsets, ["use_regex"] = useRegex,
    };
}
