using System.Text;
using System.Text.Json;
using FlashDrive.Model.Tokenization;

namespace FlashDrive.Model.Tests.Tokenization;

public class TokenizerTests
{
    [Fact]
    public void The_published_vocabulary_has_the_published_ids()
    {
        var reference = Fixtures.Json("tokenizer", "vocabulary.json");
        Assert.Equal(PreTokenizer.Expression, reference.GetProperty("regex").GetString());
        Assert.Equal(reference.GetProperty("base_length").GetInt32(), QwenVocabulary.Base.Length);
        var extended = QwenVocabulary.Extended;
        Assert.Equal(reference.GetProperty("extended_length").GetInt32(), extended.Length);
        foreach (var sample in reference.GetProperty("samples").EnumerateArray())
            Assert.Equal(sample[1].GetString(), extended.Tokenizer.TokenOf(sample[0].GetInt32()));
        foreach (var token in reference.GetProperty("added_tokens").EnumerateArray())
        {
            var ours = extended.Tokenizer.AddedTokens.Single(t => t.Content == token.GetProperty("content").GetString());
            Assert.Equal((token.GetProperty("id").GetInt32(), token.GetProperty("special").GetBoolean(), token.GetProperty("normalized").GetBoolean()), (ours.Id, ours.Special, ours.Normalized));
        }
    }

    [Fact]
    public void Every_base_string_gives_the_reference_ids_and_decodes_back()
    {
        var failures = new List<string>();
        foreach (var row in Fixtures.Json("tokenizer", "strings.json").EnumerateArray())
            Check(QwenVocabulary.Base, row, row.GetProperty("ids"), failures);
        Assert.Empty(failures);
    }

    [Fact]
    public void Every_extended_string_gives_the_reference_ids_with_and_without_the_extension()
    {
        var failures = new List<string>();
        foreach (var row in Fixtures.Json("tokenizer", "strings_extended.json").EnumerateArray())
        {
            Check(QwenVocabulary.Extended.Tokenizer, row, row.GetProperty("ids"), failures);
            Assert.Equal(row.GetProperty("base_ids").Ints(), QwenVocabulary.Base.Encode(row.GetProperty("text").GetString()!));
        }
        Assert.Empty(failures);
    }

    [Fact]
    public void Cut_and_invalid_byte_sequences_decode_with_one_replacement_per_maximal_part()
    {
        foreach (var row in Fixtures.Json("tokenizer", "decode.json").EnumerateArray())
            Assert.Equal(row.GetProperty("text").GetString(), QwenVocabulary.Extended.Tokenizer.Decode(row.GetProperty("ids").Ints()));
    }

    [Theory]
    [InlineData("tokenizer.json")]
    [InlineData("vocab.json and merges.txt")]
    public void The_tiny_checkpoint_tokenizes_as_recorded_from_either_file_set(string files)
    {
        using var folder = new TemporaryFolder();
        foreach (var file in files.StartsWith("tokenizer", StringComparison.Ordinal) ? new[] { "tokenizer.json" } : ["vocab.json", "merges.txt", "tokenizer_config.json"])
            File.Copy(Fixtures.Golden("tiny", "vlm", file), Path.Combine(folder.Path, file));
        var vocabulary = ModelVocabulary.Extend(TokenizerFiles.Load(folder.Path), 1100, 100, 1000, addSpecialTokens: true);
        foreach (var row in Fixtures.Json("tiny", "tokenization.json").EnumerateArray())
        {
            var ids = vocabulary.Tokenizer.Encode(row.GetProperty("text").GetString()!);
            Assert.Equal(row.GetProperty("ids").Ints(), ids);
            Assert.Equal(row.GetProperty("decoded").GetString(), vocabulary.Tokenizer.Decode(ids));
        }
    }

    [Fact]
    public void A_long_piece_merges_the_same_by_queue_as_by_scan()
    {
        // Below 64 bytes the scan runs, above the queue; a word that repeats its short self must merge alike inside.
        var tokenizer = QwenVocabulary.Base;
        const string word = "antidisestablishmentarianism";
        var once = tokenizer.Encode(word);
        var merges = new BytePairMerges(2);
        merges.Add(1, 2, 9);
        merges.Add(9, 1, 10);
        var short_ = Enumerable.Repeat(new[] { 1, 2, 1 }, 8).SelectMany(x => x).ToArray();
        var long_ = Enumerable.Repeat(new[] { 1, 2, 1 }, 40).SelectMany(x => x).ToArray();
        var (shortCount, longCount) = (merges.Apply(short_), merges.Apply(long_));
        Assert.Equal(Enumerable.Repeat(10, 8), short_[..shortCount]);
        Assert.Equal(Enumerable.Repeat(10, 40), long_[..longCount]);
        Assert.Equal(word, tokenizer.Decode(once));
        Assert.Equal(string.Concat(Enumerable.Repeat(word, 9)), tokenizer.Decode(tokenizer.Encode(string.Concat(Enumerable.Repeat(word, 9)))));
    }

    [Fact]
    public void A_hundred_thousand_letters_without_a_space_are_encoded_and_decode_back()
    {
        // One piece: rescanning it for every merge would take minutes.
        var text = string.Concat(Enumerable.Repeat("abcdefghij", 10_000));
        Assert.Equal(text, QwenVocabulary.Base.Decode(QwenVocabulary.Base.Encode(text)));
    }

    [Theory]
    [InlineData("\uFFFE\uFFFF\0", "\uFFFE\uFFFF\0")]
    [InlineData("A\u030A", "\u00C5")]
    [InlineData("\u212B", "\u00C5")]
    [InlineData("\u1100\u1161\u11A8", "\uAC01")]
    [InlineData("\u0958", "\u0915\u093C")]
    [InlineData("a\u0323\u0307", "\u1EA1\u0307")]
    [InlineData("a\u0307\u0323", "\u1EA1\u0307")]
    [InlineData("\u0061\u0315\u0300\u05AE\u0062", "\u00E0\u05AE\u0315\u0062")]
    [InlineData("\U000110A5\U000110BA", "\U000110AB")]
    public void Text_is_composed_to_normal_form_C(string text, string expected) => Assert.Equal(expected, CanonicalComposition.Normalize(text));

    [Fact]
    public void A_lone_surrogate_is_encoded_as_the_replacement_character()
    {
        var tokenizer = QwenVocabulary.Base;
        Assert.Equal(tokenizer.Encode("x\uFFFDy"), tokenizer.Encode("x\uD800y"));
    }

    [Fact]
    public void An_id_outside_the_vocabulary_is_refused_by_value() =>
        Assert.Contains("151668", Assert.Throws<ArgumentOutOfRangeException>(() => QwenVocabulary.Base.Decode([151669])).Message);

    [Theory]
    [InlineData("\"type\": \"BPE\"", "\"type\": \"WordPiece\"", "model.type = \"WordPiece\"")]
    [InlineData("\"type\": \"NFC\"", "\"type\": \"NFKC\"", "normalizer.type = \"NFKC\"")]
    [InlineData("\\\\p{N}|", "\\\\p{N}{1,3}|", "pattern.Regex")]
    [InlineData("\"byte_fallback\": false", "\"byte_fallback\": true", "model.byte_fallback = true")]
    [InlineData("\"lstrip\": false", "\"lstrip\": true", "has lstrip = true")]
    [InlineData("\"id\": 557", "\"id\": 556", "ids must be 0 to 581, each once")]
    [InlineData("\"model\"", "\"modell\"", "malformed")]
    [InlineData("\"version\"", "version", "malformed")]
    public void Another_kind_of_tokenizer_is_refused_by_the_key_that_differs(string from, string to, string expected)
    {
        using var folder = new TemporaryFolder();
        var text = File.ReadAllText(Fixtures.Golden("tiny", "vlm", "tokenizer.json"));
        var at = text.IndexOf(from, StringComparison.Ordinal);
        Assert.True(at >= 0, from);
        File.WriteAllText(Path.Combine(folder.Path, "tokenizer.json"), string.Concat(text.AsSpan(0, at), to, text.AsSpan(at + from.Length)));
        Assert.Contains(expected, Assert.Throws<InvalidTokenizerException>(() => TokenizerFiles.Load(folder.Path)).Message);
    }

    private static void Check(Tokenizer tokenizer, JsonElement row, JsonElement expectedIds, List<string> failures)
    {
        var text = row.GetProperty("text").GetString()!;
        var expected = expectedIds.Ints();
        var ids = tokenizer.Encode(text);
        var decoded = row.TryGetProperty("decoded", out var d) ? d.GetString()! : text;
        var skipped = row.TryGetProperty("decoded_skip_special", out var s) ? s.GetString()! : decoded;
        if (!ids.SequenceEqual(expected)) failures.Add($"{Escape(text)}: [{string.Join(' ', ids)}] instead of [{string.Join(' ', expected)}]");
        if (tokenizer.Decode(expected) != decoded) failures.Add($"{Escape(text)}: decodes to {Escape(tokenizer.Decode(expected))}");
        if (tokenizer.Decode(expected, skipSpecial: true) != skipped) failures.Add($"{Escape(text)}: without specials {Escape(tokenizer.Decode(expected, true))}");
    }

    private static string Escape(string text)
    {
        var escaped = new StringBuilder();
        foreach (var c in text) escaped.Append(c is >= ' ' and <= '~' ? c.ToString() : $"\\u{(int)c:X4}");
        return escaped.ToString();
    }
}
