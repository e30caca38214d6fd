using FlashDrive.Inference.Conformance.Network;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Conformance.Kinds;

/// <summary>One clip from raw images, prompt text and history to the cache after masked greedy decoding.</summary>
internal sealed class FullKind : IFixtureKind
{
    private const double Network = 1e-5;

    public string Name => "full";

    public void Run(FixtureFolder folder, Comparison comparison)
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var engine = FixtureEngine.Of(folder.Set);
        var language = engine.Model.Network.Language;
        var (inputs, outputs) = (folder.Open("inputs"), folder.Open("outputs"));
        inputs.Inputs("images", "camera_indices", "ego_history_xyz", "ego_history_rot");
        var clip = FullClip.Load(engine, folder);
        comparison.Exact("prompt_text", clip.Prompt.Text, folder.Json("case.json").GetProperty("prompt_text").GetString()!);
        comparison.Exact(inputs, "prompt_ids", clip.Prompt.Ids);
        comparison.Exact(inputs, "ids", clip.Fused.Ids);
        comparison.Exact(inputs, "mask", Enumerable.Repeat(1, clip.Prompt.Length).ToArray());
        comparison.Exact(inputs, "grid_thw", FixtureClip.Flatten(clip.Prompt.Grids));
        comparison.Exact(inputs, "pixel_codes", PixelCodes(engine, clip));

        var stream = new List<Tensor>();
        using var session = clip.Prefill(engine, (_, x) => stream.Add(x.clone().MoveToOtherDisposeScope(scope)));
        comparison.Exact(outputs, "position_ids", session.Lease.Table.Positions);
        comparison.Exact(outputs, "rope_deltas", [session.Lease.Table.RopeDelta]);
        comparison.Relative(outputs, "hidden", torch.stack([.. stream]), Network);
        comparison.Relative(outputs, "final_last", session.LastHidden, Network);
        comparison.Relative(outputs, "logits_last", language.Logits(session.LastHidden), Network);
        comparison.Relative(outputs, "key_before_rotary", FixtureEngine.BlockKeys(session), Network);
        Decode(engine, session, outputs, comparison);
    }

    private static void Decode(FixtureEngine engine, Stages.ReasoningSession session, FixtureFile outputs, Comparison comparison)
    {
        var steps = (int)outputs.Shape("step_ids")[1];
        var (ids, unmasked, topIds, topLogits) = (new List<int>(), new List<int>(), new List<int>(), new List<float>());
        for (var k = 0; k < steps; k++)
        {
            using var scores = engine.Reasoner.Score(session);
            var logits = scores.Logits.ToArray<float>();
            unmasked.Add(Array.IndexOf(logits, logits.Max()));
            var best = engine.Sampler.Argmax(logits);
            var second = Enumerable.Range(0, logits.Length).Where(i => i != best && !IsMasked(engine, i)).MaxBy(i => logits[i]);
            topIds.AddRange([best, second]);
            topLogits.AddRange([logits[best], logits[second]]);
            ids.Add(best);
            session.Append(best);
        }
        comparison.Exact(outputs, "step_ids", ids.ToArray());
        comparison.Exact(outputs, "step_unmasked_argmax", unmasked.ToArray());
        comparison.Exact(outputs, "step_top2_ids", topIds.ToArray());
        comparison.Relative(outputs, "step_top2_logits", topLogits.ToArray(), Network);
        var (keys, values) = engine.CacheRows(session, 0, session.Scratch.Slots);
        comparison.Relative(outputs, "key", FixtureTensors.Concat(keys), Network);
        comparison.Relative(outputs, "value", FixtureTensors.Concat(values), Network);
    }

    private static bool IsMasked(FixtureEngine engine, int id) =>
        id >= engine.Model.Vocabulary.TrajectoryStart && id < engine.Model.Vocabulary.TrajectoryStart + engine.Model.Vocabulary.TrajectoryCount;

    /// <summary>One temporal slice of every patch row: channel, then y·16 + x.</summary>
    private static byte[] PixelCodes(FixtureEngine engine, FullClip clip)
    {
        var vision = engine.Model.Configuration.Vision;
        var processor = engine.Model.NewImageProcessor();
        var (area, slices) = (vision.PatchSize * vision.PatchSize, vision.TemporalPatchSize);
        var codes = new List<byte>();
        for (var view = 0; view < clip.Window.Newest.Frames.Count; view++)
            foreach (var frame in clip.Window.Ticks.Select(tick => tick.Frames[view]))
            {
                var rows = new byte[processor.GridOf(frame.Height, frame.Width).Patches * processor.PatchLength];
                processor.ProcessCodes(frame.Rgb, frame.Height, frame.Width, rows);
                for (var at = 0; at < rows.Length; at += slices * area) codes.AddRange(rows.AsSpan(at, area));
            }
        return [.. codes];
    }
}
