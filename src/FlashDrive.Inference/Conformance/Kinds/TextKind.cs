using FlashDrive.Inference.Conformance.Network;
using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Stages;
using FlashDrive.Model.Tokenization;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Conformance.Kinds;

/// <summary>The language model without images: positions, residual stream, cache, logits, greedy decoding, left padding.</summary>
internal sealed class TextKind : IFixtureKind
{
    private const double Rotary = 2e-6, Network = 1e-5;

    public string Name => "text";

    public void Run(FixtureFolder folder, Comparison comparison)
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        folder.PathOf("case.json");
        var engine = FixtureEngine.Of(folder.Set);
        var (inputs, outputs) = (folder.Open("inputs"), folder.Open("outputs"));
        inputs.Inputs(inputs.Tensors);
        Plain(engine, inputs, outputs, comparison);
        OtherPositions(engine, inputs, outputs, comparison);
        SmallEmbeddings(engine, inputs, outputs, comparison);
        Padded(engine, inputs, outputs, comparison);
    }

    private static void Plain(FixtureEngine engine, FixtureFile inputs, FixtureFile outputs, Comparison comparison)
    {
        var language = engine.Model.Network.Language;
        var prompt = engine.PromptOf(inputs.Ints("ids"), []);
        var stage = engine.Prefill(WindowLayout.Of(prompt));
        using var scope = torch.NewDisposeScope();
        var stream = new List<Tensor>();
        using var session = stage.Whole(prompt, features: null, (_, x) => stream.Add(x.clone().MoveToOtherDisposeScope(scope)));
        var positions = FixtureEngine.Flatten(stage.Positions(prompt));
        comparison.Exact(outputs, "position_ids", positions);
        comparison.Exact(outputs, "rope_deltas", [session.Lease.Table.RopeDelta]);
        var rotary = language.Rotary.Tables(positions);
        comparison.Relative(outputs, "rotary_cos", rotary.Cos, Rotary);
        comparison.Relative(outputs, "rotary_sin", rotary.Sin, Rotary);
        comparison.Relative(outputs, "hidden", torch.stack([.. stream]), Network);
        var final = language.Norm(stream[^1]);
        comparison.Relative(outputs, "final", final, Network);
        comparison.Relative(outputs, "key_before_rotary", FixtureEngine.BlockKeys(session), Network);
        var (keys, values) = engine.CacheRows(session, 0, prompt.Length);
        comparison.Relative(outputs, "key", FixtureTensors.Concat(keys), Network);
        comparison.Relative(outputs, "value", FixtureTensors.Concat(values), Network);
        var last = outputs.Shape("logits_last8")[1];
        comparison.Relative(outputs, "logits_last8", language.Logits(final.narrow(1, prompt.Length - last, last)), Network);

        var steps = Greedy(engine, session, (int)outputs.Shape("step_ids")[1]);
        comparison.Exact(outputs, "step_ids", steps.Ids);
        comparison.Relative(outputs, "step_logits", steps.Logits, Network);
        comparison.Relative(outputs, "step_margin", steps.Margins, Network);
    }

    private static void OtherPositions(FixtureEngine engine, FixtureFile inputs, FixtureFile outputs, Comparison comparison)
    {
        var language = engine.Model.Network.Language;
        var p = inputs.Ints("mrope_position_ids");
        var length = p.Length / 3;
        var rotary = language.Rotary.Tables(p);
        comparison.Relative(outputs, "mrope_cos", rotary.Cos, Rotary);
        comparison.Relative(outputs, "mrope_sin", rotary.Sin, Rotary);
        var embeddings = language.Embed(inputs.Tensor("ids"));
        var final = Final(engine, embeddings, new(p[..length], p[length..(2 * length)], p[(2 * length)..], 0));
        comparison.Relative(outputs, "mrope_final", final, Network);
        comparison.Relative(outputs, "mrope_logits_last", language.Logits(final.select(1, length - 1)), Network);
    }

    private static void SmallEmbeddings(FixtureEngine engine, FixtureFile inputs, FixtureFile outputs, Comparison comparison)
    {
        var embeddings = inputs.Tensor("small_embeds");
        int[] positions = [.. Enumerable.Range(0, (int)embeddings.size(1))];
        comparison.Relative(outputs, "small_final", Final(engine, embeddings, new(positions, positions, positions, 0)), Network);
    }

    /// <summary>The engine knows no padding: each row runs alone and its padding is filled with what the reference fills in.</summary>
    private static void Padded(FixtureEngine engine, FixtureFile inputs, FixtureFile outputs, Comparison comparison)
    {
        var language = engine.Model.Network.Language;
        var rows = new PaddedRows(inputs.Ints("padded_ids"), inputs.Ints("padded_mask"), (int)inputs.Shape("padded_ids")[1]);
        var (positions, deltas, ids) = (new List<RotaryPositions>(), new List<int>(), new List<int>());
        var (finals, logits, margins) = (new List<float[]>(), new List<float[]>(), new List<float[]>());
        var steps = (int)outputs.Shape("padded_step_ids")[1];
        for (var row = 0; row < rows.Count; row++)
        {
            var padding = rows.Padding(row);
            positions.Add(RotaryPositions.Compute(rows.Padded(row), [], engine.Model.Vocabulary.ImagePad, engine.MergeSize, padding));
            deltas.Add(positions[^1].RopeDelta);
            var prompt = engine.PromptOf(rows.Tokens(row), []);
            using var scope = torch.NewDisposeScope();
            Tensor? stream = null;
            using var session = engine.Prefill(WindowLayout.Of(prompt)).Whole(prompt, features: null, (_, x) => stream = x.clone().MoveToOtherDisposeScope(scope));
            var final = language.Norm(stream!);
            finals.Add([.. new float[padding * (int)final.size(2)], .. final.ToArray<float>()]);
            var greedy = Greedy(engine, session, steps);
            logits.Add(greedy.Logits[..engine.Model.Vocabulary.Length]);
            ids.AddRange(greedy.Ids);
            margins.Add(greedy.Margins);
        }
        comparison.Exact(outputs, "padded_position_ids", PaddedRows.Stack(positions));
        comparison.Exact(outputs, "padded_rope_deltas", deltas.ToArray());
        comparison.Relative(outputs, "padded_final", FixtureTensors.Concat(finals), Network);
        comparison.Relative(outputs, "padded_logits_last", FixtureTensors.Concat(logits), Network);
        comparison.Exact(outputs, "padded_step_ids", ids.ToArray());
        comparison.Relative(outputs, "padded_step_margin", FixtureTensors.Concat(margins), Network);
    }

    /// <summary>[1, length, hidden] after the final norm, at given positions.</summary>
    private static Tensor Final(FixtureEngine engine, Tensor embeddings, RotaryPositions positions)
    {
        using var scope = torch.NewDisposeScope();
        var language = engine.Model.Network.Language;
        Tensor? stream = null;
        var layout = WindowLayout.Of(positions.Length, []);
        using var session = engine.Prefill(layout).Embedded(embeddings, positions, layout, (_, x) => stream = x.clone().MoveToOtherDisposeScope(scope));
        return language.Norm(stream!).MoveToOuterDisposeScope();
    }

    /// <summary>Greedy decoding without mask or stop, one token at a time through the scratch.</summary>
    private static (int[] Ids, float[] Logits, float[] Margins) Greedy(FixtureEngine engine, ReasoningSession session, int steps)
    {
        var (ids, logits, margins) = (new int[steps], new List<float>(), new float[steps]);
        for (var k = 0; k < steps; k++)
        {
            using var scores = engine.Reasoner.Score(session);
            var row = scores.Logits.ToArray<float>();
            logits.AddRange(row);
            (ids[k], margins[k]) = Best(row);
            session.Append(ids[k]);
        }
        return (ids, [.. logits], margins);
    }

    /// <summary>The best id, the lowest of equal ones, and its distance to the second best.</summary>
    private static (int Id, float Margin) Best(float[] logits)
    {
        var best = Array.IndexOf(logits, logits.Max());
        return (best, logits[best] - logits.Where((_, i) => i != best).Max());
    }
}
