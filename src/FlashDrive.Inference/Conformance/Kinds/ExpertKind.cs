using FlashDrive.Inference.Conformance.Network;
using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Stages;
using FlashDrive.Model.Expert;
using FlashDrive.Model.Tokenization;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Conformance.Kinds;

/// <summary>The action expert over the cache of dictated thoughts: hand-over early, late and missing, several samples, padded batches.</summary>
internal sealed class ExpertKind : IFixtureKind
{
    private const double Network = 1e-5;

    public string Name => "expert";

    public void Run(FixtureFolder folder, Comparison comparison)
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var engine = FixtureEngine.Of(folder.Set);
        using var full = new FixtureFolder(folder.Set, folder.Set.PathOf("full"));
        using var session = FullClip.Load(engine, full).Prefill(engine);
        foreach (var (name, _) in folder.Json("case.json").GetProperty("cases").EnumerateObject().Select(c => (c.Name, c.Value)))
        {
            var file = folder.Open(name);
            if (file.Contains("prompt_ids")) Padded(engine, file, comparison);
            else Continue(engine, session, file, comparison);
        }
        Norms(engine, folder.Open("norms"), comparison);
    }

    /// <summary>Thoughts that continue the prompt of <c>full</c>.</summary>
    private static void Continue(FixtureEngine engine, ReasoningSession session, FixtureFile file, Comparison comparison)
    {
        var batch = new ThoughtBatch(engine, file, comparison);
        var (prompt, delta) = (session.Lease.Table.Length, session.Lease.Table.RopeDelta);
        foreach (var thought in Thoughts(engine, file, prompt, _ => 0)) batch.Run(session, thought, delta);
        batch.Compare(Network);
        if (file.Contains("hidden")) Inside(engine, session, batch.Thoughts[0], file, comparison);
    }

    /// <summary>The expert's residual stream, and its input with the table that a bfloat16 checkpoint has.</summary>
    private static void Inside(FixtureEngine engine, ReasoningSession session, ForcedThought thought, FixtureFile file, Comparison comparison)
    {
        using var scope = torch.NewDisposeScope();
        var (x, t) = (file.Tensor("x"), file.Tensor("t"));
        var stream = new List<Tensor>();
        engine.Flow.Velocity(session, x, t, thought.ActionSlot, (_, h) => stream.Add(h.clone().MoveToOtherDisposeScope(scope)));
        comparison.Relative(file, "hidden", torch.stack([.. stream]), Network);
        var c = engine.Model.Configuration.ActionInput;
        using var rounded = new ActionInputProjection(c, engine.Model.Network.Parameters, FourierFeatures.Table(c.FourierFeatures, c.MaxFrequency, bfloat16: true));
        comparison.Relative(file, "embeds_bf16_frequencies", rounded.Forward(x, t), Network);
    }

    /// <summary>Clips with prompts of their own, left-padded in the reference; each runs alone here.</summary>
    private static void Padded(FixtureEngine engine, FixtureFile file, Comparison comparison)
    {
        file.Inputs("images", "prompt_ids", "prompt_mask", "grid_thw", "ego_history_xyz", "ego_history_rot");
        var length = (int)file.Shape("prompt_ids")[1];
        var rows = new PaddedRows(file.Ints("prompt_ids"), file.Ints("prompt_mask"), length);
        var grids = new Queue<ImageGrid>(FixtureClip.Grids(file));
        var thoughts = Thoughts(engine, file, length, row => rows.Padding(row * rows.Count / (int)file.Shape("offset")[0]));
        var samples = thoughts.Count / rows.Count;
        var batch = new ThoughtBatch(engine, file, comparison);
        var positions = new List<RotaryPositions>();
        var (keys, values) = (new List<float[][]>(), new List<float[][]>());
        var firstImage = 0;
        for (var clip = 0; clip < rows.Count; clip++)
        {
            var ids = rows.Tokens(clip);
            var images = ids.Count(id => id == engine.Model.Vocabulary.VisionStart);
            List<ImageGrid> own = [.. Enumerable.Range(0, images).Select(_ => grids.Dequeue())];
            positions.Add(RotaryPositions.Compute(rows.Padded(clip), own, engine.Model.Vocabulary.ImagePad, engine.MergeSize, rows.Padding(clip)));
            // One camera with as many frames as the prompt has images: only the order of the images matters here.
            var window = FixtureClip.Window(file, [1], images, FixtureClip.History(file, clip), first: firstImage);
            firstImage += images;
            var prompt = engine.PromptOf(ids, own);
            using var encoded = engine.Encoder.Encode(window);
            using var session = engine.Prefill(WindowLayout.Of(prompt)).Whole(prompt, encoded.Features);
            var (k, v) = engine.CacheRows(session, 0, prompt.Length);
            keys.Add(WithPadding(engine, k, rows.Padding(clip)));
            values.Add(WithPadding(engine, v, rows.Padding(clip)));
            for (var s = 0; s < samples; s++) batch.Run(session, thoughts[clip * samples + s], positions[clip].RopeDelta);
        }
        comparison.Exact(file, "prompt_position_ids", PaddedRows.Stack(positions));
        comparison.Exact(file, "prompt_rope_deltas", [.. positions.Select(p => p.RopeDelta)]);
        comparison.Relative(file, "prompt_key", FixtureTensors.ByLayer(keys), Network);
        comparison.Relative(file, "prompt_value", FixtureTensors.ByLayer(values), Network);
        batch.Compare(Network);
    }

    /// <summary>[layers][kvHeads·tokens·headDim] with zeros in front of every head's tokens.</summary>
    private static float[][] WithPadding(FixtureEngine engine, float[][] layers, int padding)
    {
        var text = engine.Model.Configuration.Text;
        return [.. layers.Select(layer => layer.Chunk(layer.Length / text.KvHeads)
            .SelectMany(head => new float[padding * text.HeadDim].Concat(head)).ToArray())];
    }

    private static List<ForcedThought> Thoughts(FixtureEngine engine, FixtureFile file, int prompt, Func<int, int> padding)
    {
        var shape = file.Shape("sequences_raw");
        var raw = file.Ints("sequences_raw");
        var cache = (int)file.Shape("allowed")[1] - engine.Model.Configuration.ActionSpace.Waypoints;
        return [.. raw.Chunk((int)shape[1]).Select((row, i) => new ForcedThought(row, prompt, padding(i), cache, engine.Model.Vocabulary.TrajectoryFutureStart))];
    }

    private static void Norms(FixtureEngine engine, FixtureFile file, Comparison comparison)
    {
        file.Inputs("rms_input", "layer_input");
        var (rms, layer) = engine.Model.Network.Expert.Input.Norms(file.Tensor("rms_input"), file.Tensor("layer_input"));
        comparison.Relative(file, "rms_output", rms, Network);
        comparison.Relative(file, "layer_output", layer, Network);
    }
}
