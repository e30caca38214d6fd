using System.Text.Json;
using FlashDrive.Model.Language;

namespace FlashDrive.Inference.Conformance.Kinds;

/// <summary>Nucleus sampling under both rules: kept sets exact (ties sorted stably), probabilities to 1e-4 per row.</summary>
public sealed class SamplingKind : IFixtureKind
{
    private const double ProbabilityTolerance = 1e-4;

    // Recorded to float32 precision beside exact fractions.
    private const double BoundaryTolerance = 1e-6;

    public string Name => "sampling";

    public void Run(FixtureFolder folder, Comparison comparison)
    {
        var (file, cases) = (folder.Open("tensors"), folder.Json("cases.json"));
        file.Inputs("logits", "boundary.logits");
        var vocabulary = cases.Int("vocabulary");
        var sampler = new TokenSampler(vocabulary, cases.Int("masked_first"), cases.Int("masked_count"));
        var logits = file.Floats("logits");
        foreach (var setting in cases.Array("cases")) RunCase(setting, sampler, logits, vocabulary, file, comparison);
        RunBoundary(cases, file.Floats("boundary.logits"), (int)file.Shape("boundary.logits")[1], comparison);
    }

    private static void RunCase(JsonElement setting, TokenSampler sampler, float[] logits, int vocabulary, FixtureFile file, Comparison comparison)
    {
        var (number, temperature, topP) = (setting.Int("case"), setting.Number("temperature"), setting.Number("top_p"));
        var rows = setting.GetProperty("rows").GetArrayLength();
        var stride = (vocabulary + 7) / 8;
        var (kept, keptDrafting) = (new byte[rows * stride], new byte[rows * stride]);
        var (probabilities, lengths) = (new List<double>(), new List<int>());
        for (var r = 0; r < rows; r++)
        {
            var row = logits.AsSpan(r * vocabulary, vocabulary);
            var recorded = setting.GetProperty("rows")[r];
            var generate = sampler.Generate(row, temperature, topP);
            Pack(generate.Tokens, kept.AsSpan(r * stride, stride));
            foreach (var weight in generate.Weights) probabilities.Add(weight);
            lengths.Add(generate.Tokens.Length);
            comparison.Exact($"cases.json case{number} kept", [generate.Tokens.Length], [recorded.Int("kept")]);
            var draft = sampler.Draft(row, temperature, topP);
            Pack(draft.Tokens, keptDrafting.AsSpan(r * stride, stride));
            comparison.Exact($"cases.json case{number} kept_drafting_rule", [draft.Tokens.Length], [recorded.Int("kept_drafting_rule")]);
            comparison.Exact($"cases.json case{number} argmax", [sampler.Argmax(row)], [recorded.Int("argmax")]);
        }
        comparison.Exact(file, $"case{number}.kept", kept);
        comparison.Exact(file, $"case{number}.kept_drafting_rule", keptDrafting);
        comparison.RelativePerRow(file, $"case{number}.probs", [.. probabilities], lengths, ProbabilityTolerance);
    }

    private static void RunBoundary(JsonElement cases, float[] logits, int vocabulary, Comparison comparison)
    {
        var sampler = new TokenSampler(vocabulary, 0, 0);
        foreach (var setting in cases.Array("boundary"))
            for (var r = 0; r < logits.Length / vocabulary; r++)
            {
                var row = logits.AsSpan(r * vocabulary, vocabulary);
                var generate = sampler.Generate(row, setting.Number("temperature"), setting.Number("top_p"));
                comparison.Exact("cases.json boundary generate_rule", generate.Tokens, setting.GetProperty("generate_rule")[r].Ints());
                // One number is recorded where all kept tokens are equally likely.
                foreach (var recorded in setting.GetProperty("generate_probs")[r].EnumerateArray())
                    comparison.Absolute("cases.json boundary generate_probs", [generate.Weights[0]], [recorded.GetDouble()], BoundaryTolerance);
                var draft = sampler.Draft(row, setting.Number("temperature"), setting.Number("top_p"));
                comparison.Exact("cases.json boundary drafting_rule", draft.Tokens, setting.GetProperty("drafting_rule")[r].Ints());
                comparison.Absolute("cases.json boundary drafting_mass", [draft.Total], [setting.GetProperty("drafting_mass")[r].GetDouble()], BoundaryTolerance);
            }
    }

    private static void Pack(ReadOnlySpan<int> tokens, Span<byte> bits)
    {
        foreach (var token in tokens) bits[token / 8] |= (byte)(1 << (token % 8));
    }
}
