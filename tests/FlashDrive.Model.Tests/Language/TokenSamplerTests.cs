using System.Runtime.InteropServices;
using System.Text.Json;
using FlashDrive.Model.Language;
using FlashDrive.Torch;

namespace FlashDrive.Model.Tests.Language;

public class TokenSamplerTests
{
    [Fact]
    public void Kept_sets_and_probabilities_of_every_recorded_row_agree()
    {
        using var file = SafetensorsFile.Open(Fixtures.Golden("sampling", "tensors.safetensors"));
        var cases = Fixtures.Json("sampling", "cases.json");
        var vocabulary = cases.GetProperty("vocabulary").GetInt32();
        var sampler = new TokenSampler(vocabulary, cases.GetProperty("masked_first").GetInt32(), cases.GetProperty("masked_count").GetInt32());
        var logits = MemoryMarshal.Cast<byte, float>(file.Bytes("logits")).ToArray();
        foreach (var (setting, k) in cases.GetProperty("cases").EnumerateArray().Select((c, k) => (c, k)))
        {
            var (temperature, topP) = (setting.GetProperty("temperature").GetDouble(), setting.GetProperty("top_p").GetDouble());
            var probabilities = MemoryMarshal.Cast<byte, float>(file.Bytes($"case{k}.probs")).ToArray().AsSpan();
            for (var r = 0; r < setting.GetProperty("rows").GetArrayLength(); r++)
            {
                var row = logits.AsSpan(r * vocabulary, vocabulary);
                if (temperature <= 0) throw new InvalidOperationException("a recorded case has no temperature");
                var generate = sampler.Generate(row, temperature, topP);
                Assert.Equal(Bits(file.Bytes($"case{k}.kept"), r, vocabulary), generate.Tokens.ToArray());
                Assert.True(RelativeError(probabilities[..generate.Tokens.Length], generate.Weights) <= 1e-4);
                probabilities = probabilities[generate.Tokens.Length..];
                Assert.Equal(Bits(file.Bytes($"case{k}.kept_drafting_rule"), r, vocabulary), sampler.Draft(row, temperature, topP).Tokens.ToArray());
                Assert.Equal(setting.GetProperty("rows")[r].GetProperty("argmax").GetInt32(), sampler.Argmax(row));
            }
            Assert.Equal(0, probabilities.Length);
        }
    }

    [Fact]
    public void At_the_exact_boundary_drafting_keeps_one_token_more()
    {
        using var file = SafetensorsFile.Open(Fixtures.Golden("sampling", "tensors.safetensors"));
        var logits = MemoryMarshal.Cast<byte, float>(file.Bytes("boundary.logits")).ToArray();
        var sampler = new TokenSampler(16, 0, 0);
        foreach (var setting in Fixtures.Json("sampling", "cases.json").GetProperty("boundary").EnumerateArray())
            for (var r = 0; r < 4; r++)
            {
                var (temperature, topP) = (setting.GetProperty("temperature").GetDouble(), setting.GetProperty("top_p").GetDouble());
                var generate = sampler.Generate(logits.AsSpan(r * 16, 16), temperature, topP);
                Assert.Equal(setting.GetProperty("generate_rule")[r].Ints(), generate.Tokens.ToArray());
                foreach (var (ours, recorded) in generate.Weights.ToArray().Zip(setting.GetProperty("generate_probs")[r].EnumerateArray().Select(p => p.GetDouble())))
                    Assert.Equal(recorded, ours, 6);
                var draft = sampler.Draft(logits.AsSpan(r * 16, 16), temperature, topP);
                Assert.Equal(setting.GetProperty("drafting_rule")[r].Ints(), draft.Tokens.ToArray());
                Assert.Equal(setting.GetProperty("drafting_mass")[r].GetDouble(), draft.Total, 6);
            }
    }

    [Fact]
    public void A_uniform_number_picks_the_token_whose_share_holds_it()
    {
        // Shares 1/4, masked, 1/2, 1/4.
        var sampler = new TokenSampler(4, 1, 1);
        float[] logits = [0, 100, MathF.Log(2), 0];
        Assert.Equal([0, 0, 2, 2, 3, 3], new[] { 0, 0.2499, 0.2501, 0.7499, 0.7501, 0.9999999 }.Select(u => sampler.Sample(logits, 1, 1, u)));
        Assert.Equal(2, sampler.Sample(logits, 0, 1, double.NaN));
    }

    [Fact]
    public void The_whole_vocabulary_is_sorted_when_the_nucleus_reaches_below_the_likely_tokens()
    {
        // One token 20 above 4999 equal ones: they hold 1e-5 of the mass, and a nucleus of all but 1e-6 needs most of them.
        var logits = new float[5000];
        logits[0] = 20;
        var kept = new TokenSampler(5000, 0, 0).Generate(logits, 1, 1 - 1e-6);
        Assert.Equal(5000 - (int)(1e-6 * (Math.Exp(20) + 4999)), kept.Tokens.Length);
        Assert.Equal(0, kept.Tokens[0]);
        Assert.Equal(4999, kept.Tokens[^1]);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_logit_that_is_not_finite_is_refused_by_index(float bad) =>
        Assert.Contains("logit 2", Assert.Throws<ArithmeticException>(() => new TokenSampler(3, 0, 0).Argmax([1, 2, bad])).Message);

    [Fact]
    public void Impossible_settings_are_refused_by_name()
    {
        var sampler = new TokenSampler(2, 0, 0);
        Assert.Equal("temperature", Assert.Throws<ArgumentOutOfRangeException>(() => sampler.Generate([1, 2], 0, 0.9)).ParamName);
        Assert.Equal("topP", Assert.Throws<ArgumentOutOfRangeException>(() => sampler.Generate([1, 2], 1, 0)).ParamName);
        Assert.Equal("uniform", Assert.Throws<ArgumentOutOfRangeException>(() => sampler.Sample([1, 2], 1, 1, 1)).ParamName);
        Assert.Contains("2 logits are needed, got 3", Assert.Throws<ArgumentException>(() => sampler.Argmax([1, 2, 3])).Message);
        Assert.Contains("no token is left", Assert.Throws<ArithmeticException>(() => new TokenSampler(2, 0, 2).Argmax([1, 2])).Message);
    }

    private static int[] Bits(ReadOnlySpan<byte> packed, int row, int vocabulary)
    {
        var bytes = packed.Slice(row * ((vocabulary + 7) / 8), (vocabulary + 7) / 8).ToArray();
        return [.. Enumerable.Range(0, vocabulary).Where(token => (bytes[token / 8] >> (token % 8) & 1) == 1)];
    }

    private static double RelativeError(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        double difference = 0, norm = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            difference += Math.Pow(expected[i] - actual[i], 2);
            norm += Math.Pow(expected[i], 2);
        }
        return Math.Sqrt(difference / norm);
    }
}
