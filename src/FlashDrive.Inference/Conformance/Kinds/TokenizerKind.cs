using System.IO.Compression;
using System.Text.Json;
using FlashDrive.Model.Actions;
using FlashDrive.Model.Configuration;
using FlashDrive.Model.Tokenization;
using FlashDrive.Model.Vision;

namespace FlashDrive.Inference.Conformance.Kinds;

/// <summary>The published vocabulary: encoding, decoding, extension, prompts, and the rules on generated text and tokens. All exact.</summary>
public sealed class TokenizerKind : IFixtureKind
{
    // The processor settings under which the prompts were recorded: Qwen3-VL patches, Alpamayo's pixel bounds.
    private const int Patch = 16, TemporalPatch = 2, Merge = 2, MinPixels = 163840, MaxPixels = 196608;

    public string Name => "tokenizer";

    public void Run(FixtureFolder folder, Comparison comparison)
    {
        var reference = folder.Json("vocabulary.json");
        var backbone = TokenizerFiles.FromMerges(ReadLines(folder.PathOf("merges.txt.gz")));
        var vocabulary = CompareVocabulary(backbone, reference, comparison);
        foreach (var row in folder.Json("strings.json").EnumerateArray()) CompareText("strings.json", backbone, row, comparison);
        foreach (var row in folder.Json("strings_extended.json").EnumerateArray())
        {
            CompareText("strings_extended.json", vocabulary.Tokenizer, row, comparison);
            comparison.Exact("strings_extended.json base_ids", backbone.Encode(row.Text("text")), row.Ints("base_ids"));
        }
        foreach (var row in folder.Json("decode.json").EnumerateArray())
            comparison.Exact("decode.json", vocabulary.Tokenizer.Decode(row.Ints("ids")), row.Text("text"));
        var texts = folder.Json("text.json");
        var prompts = new Dictionary<string, Prompt>();
        foreach (var row in folder.Json("prompts.json").EnumerateArray())
            prompts[row.Text("name")] = ComparePrompt(row, vocabulary, texts.GetProperty("history_fusion").Ints("ids").Length, comparison);
        CompareHistory(texts.GetProperty("history_fusion"), prompts, vocabulary, comparison);
        CompareRules(texts, vocabulary, comparison);
        foreach (var sample in texts.Array("vocabulary_samples"))
            comparison.Exact("text.json vocabulary_samples", vocabulary.Tokenizer.TokenOf(sample[0].GetInt32()), sample[1].GetString() ?? "");
    }

    private static ModelVocabulary CompareVocabulary(Tokenizer backbone, JsonElement reference, Comparison comparison)
    {
        var range = reference.GetProperty("added_range");
        var (first, last) = (range.Ints("n")[0], range.Ints("n")[1]);
        var (count, futureBins) = (last - first + 1, reference.Int("history_start_id") - reference.Int("future_start_id"));
        var v = ModelVocabulary.Extend(backbone, count, futureBins, count - futureBins, addSpecialTokens: true);
        comparison.Exact("vocabulary.json lengths",
            [backbone.Length - backbone.AddedTokens.Count, backbone.Length, v.Length, v.Pad, v.Eos],
            [reference.Int("base_vocabulary"), reference.Int("base_length"), reference.Int("extended_length"), reference.Int("pad"), reference.Int("eos")]);
        comparison.Exact("vocabulary.json starts",
            [v.TrajectoryStart, v.FutureStart, v.HistoryStart], [range.Int("first_id"), reference.Int("future_start_id"), reference.Int("history_start_id")]);
        var added = v.Tokenizer.AddedTokens.ToDictionary(token => token.Content);
        foreach (var token in reference.Array("added_tokens"))
        {
            var ours = added.GetValueOrDefault(token.Text("content"));
            comparison.Exact("vocabulary.json added_tokens",
                [ours?.Id ?? -1, ours?.Special == true ? 1 : 0, ours?.Normalized == true ? 1 : 0],
                [token.Int("id"), token.GetProperty("special").GetBoolean() ? 1 : 0, token.GetProperty("normalized").GetBoolean() ? 1 : 0]);
        }
        for (var n = first; n <= last; n++)
            comparison.Exact("vocabulary.json added_range", [v.Tokenizer.IdOf(range.Text("pattern").Replace("{n}", $"{n}", StringComparison.Ordinal)) ?? -1], [range.Int("first_id") + n - first]);
        CompareMarkers("vocabulary.json", v, reference, comparison);
        foreach (var id in reference.GetProperty("special_token_ids").EnumerateObject())
            comparison.Exact("vocabulary.json special_token_ids", [v.SpecialIds.GetValueOrDefault(id.Name, -1)], [id.Value.GetInt32()]);
        var without = reference.GetProperty("without_special_tokens");
        var small = ModelVocabulary.Extend(backbone, count, futureBins, count - futureBins, addSpecialTokens: false);
        comparison.Exact("vocabulary.json without_special_tokens length", [small.Length], [without.Int("length")]);
        CompareMarkers("vocabulary.json without_special_tokens", small, without, comparison);
        foreach (var sample in reference.Array("samples"))
            comparison.Exact("vocabulary.json samples", v.Tokenizer.TokenOf(sample[0].GetInt32()), sample[1].GetString() ?? "");
        return v;
    }

    internal static void CompareMarkers(string name, ModelVocabulary vocabulary, JsonElement reference, Comparison comparison)
    {
        foreach (var marker in reference.GetProperty("traj_token_ids").EnumerateObject())
            comparison.Exact($"{name} traj_token_ids", [vocabulary.SpecialIds.GetValueOrDefault($"traj_{marker.Name}", -1)], [marker.Value.GetInt32()]);
    }

    private static void CompareText(string name, Tokenizer tokenizer, JsonElement row, Comparison comparison)
    {
        var (text, ids) = (row.Text("text"), row.Ints("ids"));
        var decoded = row.IsNull("decoded") ? text : row.Text("decoded");
        comparison.Exact($"{name} ids", tokenizer.Encode(text), ids);
        comparison.Exact($"{name} decoded", tokenizer.Decode(ids), decoded);
        comparison.Exact($"{name} decoded_skip_special", tokenizer.Decode(ids, skipSpecial: true), row.IsNull("decoded_skip_special") ? decoded : row.Text("decoded_skip_special"));
    }

    private static Prompt ComparePrompt(JsonElement row, ModelVocabulary vocabulary, int historyTokens, Comparison comparison)
    {
        var processor = new ImageProcessor(Patch, TemporalPatch, Merge, MinPixels, MaxPixels);
        ImageGrid[] grids = [.. row.Rows("frame_hw").Select(hw => processor.GridOf(hw[0], hw[1]))];
        comparison.Exact("prompts.json image_grid_thw", [.. grids.SelectMany(g => new[] { g.T, g.H, g.W })], [.. row.Rows("image_grid_thw").SelectMany(g => g)]);
        var prompt = new PromptBuilder(vocabulary, historyTokens, Merge).Build(new(
            grids, row.Int("frames_per_camera"), row.IsNull("cameras") ? null : row.Ints("cameras"),
            row.IsNull("navigation") ? null : row.Text("navigation"), row.IsNull("question") ? null : row.Text("question")));
        comparison.Exact("prompts.json text", prompt.Text, row.Text("text"));
        int[] ids = [.. row.Array("ids").SelectMany(id => id.ValueKind == JsonValueKind.Array ? Enumerable.Repeat(id[0].GetInt32(), id[1].GetInt32()) : [id.GetInt32()])];
        comparison.Exact("prompts.json ids", prompt.Ids, ids);
        comparison.Exact("prompts.json length", [prompt.Length], [row.Int("length")]);
        comparison.Exact("prompts.json image_token_positions", [.. prompt.Images.Select(image => image.FirstToken)], row.Ints("image_token_positions"));
        return prompt;
    }

    private static void CompareHistory(JsonElement row, Dictionary<string, Prompt> prompts, ModelVocabulary vocabulary, Comparison comparison)
    {
        float[] xyz = [.. row.Array("history_xyz").SelectMany(p => p.EnumerateArray().Select(v => v.GetSingle()))];
        int[] ids = [.. new DeltaTrajectoryTokenizer(HistoryTokenizerConfiguration.Published).Encode(xyz).Select(bin => vocabulary.HistoryStart + bin)];
        var fused = prompts[row.Text("prompt")].FuseHistory(ids);
        comparison.Exact("text.json history_fusion", fused.Ids.AsSpan(fused.HistoryStart, fused.HistoryCount), row.Ints("ids"));
        comparison.Exact("text.json history_fusion first_position", [fused.HistoryStart], [row.Int("first_position")]);
    }

    private static void CompareRules(JsonElement texts, ModelVocabulary v, Comparison comparison)
    {
        TextRules.CompareExtraction("text.json extraction", texts.Array("extraction"), comparison);
        foreach (var pair in texts.Array("swap_direction"))
            comparison.Exact("text.json swap_direction", GeneratedText.SwapLeftAndRight(pair[0].GetString()!), pair[1].GetString()!);
        foreach (var set in texts.Array("pad_after_marker"))
            foreach (var (input, output) in set.Rows("in").Zip(set.Rows("out")))
            {
                GeneratedTokens.PadAfter(input, set.Int("marker"), set.Int("pad"));
                comparison.Exact("text.json pad_after_marker", input, output);
            }
        foreach (var set in texts.Array("stop_rule"))
            TextRules.CompareStop("text.json stop_rule", set.Rows("appended"), v.TrajectoryFutureStart, set.GetProperty("stop_after_step"), comparison);
        foreach (var row in texts.Array("extract_trajectory_tokens"))
            comparison.Exact("text.json extract_trajectory_tokens",
                GeneratedTokens.FutureBins(row.Ints("tokens"), v.TrajectoryFutureStart, v.TrajectoryFutureEnd, row.Int("first_id"), row.Int("bins"), row.Int("expected_count")),
                row.Ints("out"));
    }

    private static List<string> ReadLines(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        var lines = new List<string>();
        while (reader.ReadLine() is { } line) lines.Add(line);
        return lines;
    }
}
