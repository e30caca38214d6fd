using System.Text.Json;
using FlashDrive.Model.Tokenization;

namespace FlashDrive.Inference.Conformance.Kinds;

/// <summary>The rules on generated text and tokens, which two kinds of fixture record.</summary>
internal static class TextRules
{
    public static void CompareExtraction(string name, IEnumerable<JsonElement> rows, Comparison comparison)
    {
        foreach (var row in rows)
        {
            var text = row.Text("text");
            comparison.Exact(name, GeneratedText.ChainOfThought(text), row.Text("cot"));
            comparison.Exact(name, GeneratedText.MetaAction(text), row.Text("meta_action"));
            comparison.Exact(name, GeneratedText.Answer(text), row.Text("answer"));
        }
    }

    /// <param name="steps">Tokens appended at every step, one per sequence.</param>
    public static void CompareStop(string name, int[][] steps, int marker, JsonElement stopAfterStep, Comparison comparison)
    {
        var rule = new StopRule(steps[0].Length, marker);
        comparison.Exact(name, [.. steps.Select(step => rule.Append(step) ? 1 : 0)], [.. stopAfterStep.EnumerateArray().Select(stop => stop.GetBoolean() ? 1 : 0)]);
    }

    /// <summary>A whole rules.json: extraction, offsets and clean-up, stop rule, discrete future tokens, left/right swap.</summary>
    public static void CompareAll(JsonElement rules, Comparison comparison)
    {
        CompareExtraction("rules.json extract", rules.Array("extract"), comparison);
        var offset = rules.GetProperty("offset");
        foreach (var (row, expected, padded) in offset.Rows("rows").Zip(offset.Ints("offset"), offset.Rows("padded")))
        {
            comparison.Exact("rules.json offset", [GeneratedTokens.Offset(row, offset.Int("end_token"))], [expected]);
            GeneratedTokens.PadAfter(row, offset.Int("end_token"), offset.Int("pad"));
            comparison.Exact("rules.json padded", row, padded);
        }
        var stop = rules.GetProperty("stop");
        foreach (var set in stop.Array("cases"))
        {
            var rows = set.Rows("tokens");
            int[][] steps = [.. Enumerable.Range(0, rows[0].Length).Select(k => rows.Select(row => row[k]).ToArray())];
            CompareStop("rules.json stop", steps, stop.Int("end_token"), set.GetProperty("stop_after_step"), comparison);
        }
        var future = rules.GetProperty("future_tokens");
        foreach (var row in future.Array("cases"))
            comparison.Exact("rules.json future_tokens",
                GeneratedTokens.FutureBins(row.Ints("tokens"), future.Int("start"), future.Int("end"), future.Int("first_id"), future.Int("vocabulary"), future.Int("count")),
                row.Ints("result"));
        foreach (var row in rules.Array("swap_direction"))
            comparison.Exact("rules.json swap_direction", GeneratedText.SwapLeftAndRight(row.Text("text")), row.Text("swapped"));
    }
}
