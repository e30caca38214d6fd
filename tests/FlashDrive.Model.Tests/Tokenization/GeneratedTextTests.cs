using FlashDrive.Model.Tokenization;

namespace FlashDrive.Model.Tests.Tokenization;

public class GeneratedTextTests
{
    [Theory]
    [InlineData("tokenizer/text.json", "extraction")]
    [InlineData("rollout/rules.json", "extract")]
    public void Sentences_are_extracted_as_recorded(string file, string key)
    {
        foreach (var row in Fixtures.Json(file.Split('/')).GetProperty(key).EnumerateArray())
        {
            var text = row.GetProperty("text").GetString()!;
            Assert.Equal(row.GetProperty("cot").GetString(), GeneratedText.ChainOfThought(text));
            Assert.Equal(row.GetProperty("meta_action").GetString(), GeneratedText.MetaAction(text));
            Assert.Equal(row.GetProperty("answer").GetString(), GeneratedText.Answer(text));
        }
    }

    [Fact]
    public void Left_and_right_are_swapped_as_recorded()
    {
        foreach (var row in Fixtures.Json("tokenizer", "text.json").GetProperty("swap_direction").EnumerateArray())
            Assert.Equal(row[1].GetString(), GeneratedText.SwapLeftAndRight(row[0].GetString()!));
        foreach (var row in Fixtures.Json("rollout", "rules.json").GetProperty("swap_direction").EnumerateArray())
            Assert.Equal(row.GetProperty("swapped").GetString(), GeneratedText.SwapLeftAndRight(row.GetProperty("text").GetString()!));
    }

    [Fact]
    public void Everything_after_the_first_marker_becomes_the_pad_and_the_offset_follows_it()
    {
        foreach (var set in Fixtures.Json("tokenizer", "text.json").GetProperty("pad_after_marker").EnumerateArray())
            foreach (var (input, output) in set.GetProperty("in").EnumerateArray().Zip(set.GetProperty("out").EnumerateArray()))
            {
                var row = input.Ints();
                GeneratedTokens.PadAfter(row, set.GetProperty("marker").GetInt32(), set.GetProperty("pad").GetInt32());
                Assert.Equal(output.Ints(), row);
            }
        var rules = Fixtures.Json("rollout", "rules.json").GetProperty("offset");
        var (marker, pad) = (rules.GetProperty("end_token").GetInt32(), rules.GetProperty("pad").GetInt32());
        for (var i = 0; i < rules.GetProperty("rows").GetArrayLength(); i++)
        {
            var row = rules.GetProperty("rows")[i].Ints();
            Assert.Equal(rules.GetProperty("offset")[i].GetInt32(), GeneratedTokens.Offset(row, marker));
            GeneratedTokens.PadAfter(row, marker, pad);
            Assert.Equal(rules.GetProperty("padded")[i].Ints(), row);
        }
    }

    [Fact]
    public void Generation_stops_one_token_after_the_last_sequence_found_the_marker()
    {
        foreach (var set in Fixtures.Json("tokenizer", "text.json").GetProperty("stop_rule").EnumerateArray())
        {
            var appended = set.GetProperty("appended").EnumerateArray().Select(step => step.Ints()).ToArray();
            var rule = new StopRule(appended[0].Length, 155681);
            Assert.Equal(set.GetProperty("stop_after_step").EnumerateArray().Select(s => s.GetBoolean()), appended.Select(step => rule.Append(step)).ToArray());
        }
        var stop = Fixtures.Json("rollout", "rules.json").GetProperty("stop");
        foreach (var set in stop.GetProperty("cases").EnumerateArray())
        {
            var rows = set.GetProperty("tokens").EnumerateArray().Select(row => row.Ints()).ToArray();
            var rule = new StopRule(rows.Length, stop.GetProperty("end_token").GetInt32());
            var steps = Enumerable.Range(0, rows[0].Length).Select(k => rule.Append([.. rows.Select(row => row[k])])).ToArray();
            Assert.Equal(set.GetProperty("stop_after_step").EnumerateArray().Select(s => s.GetBoolean()), steps);
        }
    }

    [Fact]
    public void Discrete_future_tokens_are_extracted_as_recorded()
    {
        foreach (var row in Fixtures.Json("tokenizer", "text.json").GetProperty("extract_trajectory_tokens").EnumerateArray())
            Assert.Equal(
                row.GetProperty("out").Ints(),
                GeneratedTokens.FutureBins(
                    row.GetProperty("tokens").Ints(), 155681, 155683, row.GetProperty("first_id").GetInt32(), row.GetProperty("bins").GetInt32(),
                    row.GetProperty("expected_count").GetInt32()));
        var rules = Fixtures.Json("rollout", "rules.json").GetProperty("future_tokens");
        foreach (var row in rules.GetProperty("cases").EnumerateArray())
            Assert.Equal(
                row.GetProperty("result").Ints(),
                GeneratedTokens.FutureBins(
                    row.GetProperty("tokens").Ints(), rules.GetProperty("start").GetInt32(), rules.GetProperty("end").GetInt32(),
                    rules.GetProperty("first_id").GetInt32(), rules.GetProperty("vocabulary").GetInt32(), rules.GetProperty("count").GetInt32()));
    }
}
