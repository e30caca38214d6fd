using FlashDrive.Driving;
using FlashDrive.Inference.Flow;
using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Stages;
using FlashDrive.Model.Tokenization;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Conformance.Network;

/// <summary>
/// Route guidance with dictated thoughts: each clip is prefilled with its route and, on shared blocks, without it; both branches read
/// the same thought and every flow step mixes their velocities (alpamayo.md §11.3).
/// </summary>
internal sealed class GuidedClips(FixtureEngine engine, FixtureFile file, Comparison comparison)
{
    private const double Network = 3e-5;

    private readonly List<ForcedThought> _unguided = [];
    private readonly List<RotaryPositions> _unguidedPositions = [];
    private readonly List<float[]> _with = [], _without = [], _mixed = [];
    private readonly ThoughtBatch _batch = new(engine, file, comparison);
    private readonly Trajectories _trajectories = new(engine.Model);
    private readonly PaddedColumns _promptIds = new(engine), _ids = new(engine), _unguidedIds = new(engine);

    /// <param name="windows">One per clip.</param>
    /// <param name="prompts">With the route, history not fused.</param>
    internal void Run(IReadOnlyList<IngestedWindow> windows, IReadOnlyList<Prompt> prompts, double weight, double noiseTemperature)
    {
        List<Prompt> fused = [.. prompts.Zip(windows).Select(p => p.First.FuseHistory(engine.Model.HistoryTokens(p.Second.Newest.History)))];
        List<Prompt> bare = [.. fused.Select(p => p.WithoutRoute())];
        prompts.ToList().ForEach(p => _promptIds.Add(p.Ids));
        fused.ForEach(p => _ids.Add(p.Ids));
        for (var clip = 0; clip < bare.Count; clip++) _unguidedIds.Add(bare[clip].Ids, _ids.Padding(clip));
        var options = new FlowOptions(NoiseTemperature: noiseTemperature, GuidanceWeight: weight);
        var samples = (int)file.Shape("offset")[0] / prompts.Count;
        for (var clip = 0; clip < prompts.Count; clip++)
        {
            using var encoded = engine.Encoder.Encode(windows[clip]);
            var stage = engine.Prefill(WindowLayout.Of(fused[clip]), sessions: 1, guided: true);
            using var session = stage.Whole(fused[clip], encoded.Features);
            using var unguided = stage.WithoutRoute(fused[clip], session);
            _unguidedPositions.Add(stage.Positions(bare[clip]));
            var delta = stage.Positions(fused[clip]).RopeDelta - _ids.Padding(clip);
            for (var s = 0; s < samples; s++) Sample(session, unguided, clip, clip * samples + s, delta, options, windows[clip].Newest.History);
        }
        Compare(samples);
    }

    private void Sample(ReasoningSession session, ReasoningSession unguided, int clip, int row, int delta, FlowOptions options, EgoHistory history)
    {
        using var scope = torch.NewDisposeScope();
        var vocabulary = engine.Model.Vocabulary;
        var (length, total) = (_ids.Length, (int)file.Shape("sequences_raw")[1]);
        var raw = file.Ints("sequences_raw").AsSpan(row * total, total).ToArray();
        var thought = new ForcedThought(raw, length, _ids.Padding(clip), CacheLength("allowed"), vocabulary.TrajectoryFutureStart);
        _batch.Run(session, thought, delta);

        // The other branch is fed every generated token after clean-up, so its cache holds one entry more.
        int[] without = [.. _unguidedIds.Row(clip), .. thought.Cleaned(vocabulary.Pad)[length..]];
        var other = new ForcedThought(without, _unguidedIds.Length, _unguidedIds.Padding(clip), CacheLength("unguided_allowed"), vocabulary.TrajectoryFutureStart);
        _unguided.Add(other);
        other.Write(engine, unguided);
        other.CutJunk(unguided);

        var (x, t) = (file.Tensor("x").narrow(0, row, 1), file.Tensor("t").narrow(0, row, 1));
        var (with, bare) = (engine.Flow.Velocity(session, x, t, thought.ActionSlot), engine.Flow.Velocity(unguided, x, t, other.ActionSlot));
        _with.Add(with.ToArray<float>());
        _without.Add(bare.ToArray<float>());
        _mixed.Add(FlowHeadStage.Guide(with, bare, options.GuidanceWeight!.Value).ToArray<float>());
        using var actions = engine.Flow.Denoise(
            session, file.Tensor("x0").narrow(0, row, 1), options, unguided, thought.ActionSlot, _batch.KeepStates());
        _trajectories.Add(actions.ToArray<float>(), history);
    }

    private void Compare(int samples)
    {
        file.Inputs("x", "t");
        comparison.Exact(file, "prompt_ids", _promptIds.All);
        comparison.Exact(file, "prompt_mask", _promptIds.Mask);
        comparison.Exact(file, "ids", _ids.All);
        comparison.Exact(file, "unguided_ids", _unguidedIds.All);
        int[] deltas = [.. _unguidedPositions.Select((p, clip) => p.RopeDelta - _unguidedIds.Padding(clip))];
        comparison.Exact(file, "unguided_offset", [.. _unguided.Select(t => t.Offset)]);
        comparison.Exact(file, "unguided_rope_deltas", deltas);
        int[] positions = [.. _unguided.SelectMany((t, row) => t.Positions(_batch.Waypoints, deltas[row / samples]))];
        comparison.Exact(file, "unguided_position_ids", [.. positions, .. positions, .. positions]);
        comparison.Exact(file, "unguided_allowed", [.. _unguided.SelectMany(t => t.Allowed(_batch.Waypoints))]);
        comparison.Relative(file, "velocity_guided", FixtureTensors.Concat(_mixed), Network);
        comparison.Relative(file, "velocity", FixtureTensors.Concat(_with), Network);
        comparison.Relative(file, "velocity_unguided", FixtureTensors.Concat(_without), Network);
        _batch.Compare(Network);
        _trajectories.Compare(file, comparison, 1e-5);
    }

    private int CacheLength(string mask) => (int)file.Shape(mask)[1] - _batch.Waypoints;
}
