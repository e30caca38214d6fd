using System.Text.Json;
using FlashDrive.Inference.Conformance.Kinds;
using FlashDrive.Inference.Conformance.Network;
using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Speculation;
using FlashDrive.Inference.Stages;
using FlashDrive.Model.Checkpoints;
using FlashDrive.Model.Drafting;
using FlashDrive.Model.Tokenization;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Conformance.Drafting;

/// <summary>FlashDrive's stateless draft over a camera window, one loop per way to stop.</summary>
internal static class FlashDrafting
{
    internal static void Run(FixtureFolder folder, Comparison comparison)
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var (description, file) = (folder.Json("flash.json"), folder.Open("flash"));
        file.Inputs("frames", "ego_history_xyz", "ego_history_rot", "mask_embedding");
        var engine = FixtureEngine.Of(folder.Set);
        var vocabulary = engine.Model.Vocabulary;
        var configuration = DrafterConfiguration.Read("flash.json: config", description.GetProperty("config")).For(engine.Model.Configuration.Text, vocabulary.Length);
        using var parameters = Parameters(folder, configuration, file);
        using var drafter = new BlockDrafter(configuration, parameters, engine.Model.Network.Language);

        var (cameras, frames, size) = (description.Ints("cameras"), description.Int("frames_per_view"), description.Ints("image_size"));
        var window = FixtureClip.Window(file, cameras, frames, size[0], size[1], FixtureClip.History(file), "frames");
        var grid = engine.Model.NewImageProcessor().GridOf(size[0], size[1]);
        var route = description.IsNull("navigation_text") ? null : description.Text("navigation_text");
        var prompt = engine.Model.Prompts.Build(new([.. Enumerable.Repeat(grid, cameras.Length * frames)], frames, cameras, route))
            .FuseHistory(engine.Model.HistoryTokens(window.Newest.History));
        comparison.Exact(file, "input_ids", prompt.Ids);
        comparison.Exact("flash.json prompt_length", [prompt.Length], [description.Int("prompt_length")]);
        comparison.Exact("flash.json trajectory_span", [vocabulary.TrajectoryStart, vocabulary.TrajectoryStart + vocabulary.TrajectoryCount], description.Ints("trajectory_span"));

        using var encoded = engine.Encoder.Encode(window);
        using var session = engine.Prefill(WindowLayout.Of(prompt), context: DraftContext.Of(drafter)).Whole(prompt, encoded.Features);
        comparison.Exact(file, "position_table", Positions(session, (int)file.Shape("position_table")[1]));
        foreach (var trace in description.GetProperty("traces").EnumerateObject()) Trace(engine, drafter, session, trace.Name, trace.Value, file, comparison);
        Plain(engine, session, description, comparison);
    }

    private static void Trace(
        FixtureEngine engine, BlockDrafter drafter, ReasoningSession session, string name, JsonElement recorded, FixtureFile file, Comparison comparison)
    {
        // Tensors are recorded of the trace that uses the model's own ids and meets no stop.
        var whole = name == "budget";
        var rules = DflashKind.Rules(recorded.GetProperty("ids"));
        var proposer = new WatchedProposer(drafter, engine.Model.Vocabulary, whole ? (part, values) =>
        {
            if (file.Contains(part)) comparison.Relative(file, part, values, DflashKind.Network);
        } : null);
        var target = new DeliberativeReasonerStage(engine.Model.Network.Language, drafter.Configuration.TargetLayers);
        var loop = new RecordedLoop(rules, proposer, target, engine.Sampler, engine.Model.Vocabulary.Length)
        {
            Scored = !whole ? null : (round, scores) =>
            {
                var part = round < 0 ? "prefill_logits" : $"round{round}.verify_logits";
                if (file.Contains(part)) comparison.Relative(file, part, scores.Logits, DflashKind.Network);
            },
        };
        loop.Run(session, recorded.Int("budget"));
        DflashKind.CompareTrace($"flash.json {name}", loop, session, recorded, rules, wholePosterior: false, comparison);
        comparison.Exact($"flash.json {name} accept_lengths", [.. loop.Rounds.Select(round => round.Accepted)], recorded.Ints("accept_lengths"));
        if (!whole) return;
        var (keys, values) = engine.CacheRows(session, session.Lease.Table.Length, session.Scratch.Slots);
        comparison.Relative(file, "generated_keys", BeforeRotary(engine, session, keys), DflashKind.Network);
        comparison.Relative(file, "generated_values", FixtureTensors.Concat(values), DflashKind.Network);
    }

    /// <summary>The same loop with empty drafts.</summary>
    private static void Plain(FixtureEngine engine, ReasoningSession session, JsonElement description, Comparison comparison)
    {
        var vocabulary = engine.Model.Vocabulary;
        var expected = description.Ints("plain_greedy");
        var rules = new ThoughtRules(vocabulary.CotEnd, vocabulary.TrajectoryFutureStart, Turn: null, _ => "x") { Published = true };
        var loop = new RecordedLoop(rules, new ScriptedProposer([[]]), engine.Reasoner, engine.Sampler, vocabulary.Length);
        loop.Run(session, expected.Length);
        comparison.Exact("flash.json plain_greedy", DflashKind.Thought(session), expected);
    }

    private static ParameterSet Parameters(FixtureFolder folder, DrafterConfiguration configuration, FixtureFile file)
    {
        using var scope = torch.NewDisposeScope();
        var weights = folder.Open("flash_draft");
        weights.Inputs(weights.Tensors);
        return new(weights.Tensors.Select(name => KeyValuePair.Create(name, weights.Tensor(name).to(ScalarType.Float32)))
            .Append(KeyValuePair.Create(DrafterCheckpoint.MaskEmbedding, file.Tensor(DrafterCheckpoint.MaskEmbedding).clone())));
    }

    /// <summary>Rotary positions of all slots, those behind the window included, [3, slots].</summary>
    internal static int[] Positions(ReasoningSession session, int slots)
    {
        var table = session.Lease.Table;
        return [.. Enumerable.Range(0, 3).SelectMany(axis => Enumerable.Range(0, slots)
            .Select(slot => slot < table.Length ? table.Positions[axis * table.Length + slot] : session.PositionOf(slot)))];
    }

    /// <summary>Keys of the slots behind the window, turned back: rotated by the opposite angle.</summary>
    internal static float[] BeforeRotary(FixtureEngine engine, ReasoningSession session, float[][] keys)
    {
        using var scope = torch.NewDisposeScope();
        var text = engine.Model.Configuration.Text;
        var (first, rows) = (session.Lease.Table.Length, session.Scratch.Tokens);
        var rotary = engine.Model.Network.Language.Rotary.TextTables(session.PositionOf(first), rows);
        var rotated = torch.tensor(FixtureTensors.Concat(keys), keys.Length, text.KvHeads, rows, text.HeadDim);
        return torch.fused.rotary(rotated, rotary.Cos, rotary.Sin * -1).ToArray<float>();
    }

    /// <summary>The engine's proposer, with what it reads and computes shown by the fixture's names.</summary>
    private sealed class WatchedProposer(BlockDrafter drafter, ModelVocabulary vocabulary, Action<string, float[]>? show) : IDraftProposer
    {
        private readonly DflashProposer _proposer = new(drafter, vocabulary.TrajectoryStart, vocabulary.TrajectoryCount);
        private int _round;

        public string Source => _proposer.Source;

        public IReadOnlyList<int> Propose(FrameSession session)
        {
            using var scope = torch.NewDisposeScope();
            using var guard = torch.no_grad();
            var prefix = $"round{_round++}.";
            show?.Invoke(prefix + "context", session.Session.Context!.ToArray<float>());
            var logits = _proposer.Logits(session.Session.Context!, session.Session.Tokens[^1], hidden => show?.Invoke(prefix + "draft_hidden", hidden.ToArray<float>()));
            show?.Invoke(prefix + "draft_logits", logits.ToArray<float>());
            return Array.ConvertAll(_proposer.Best(logits).ToArray<long>(), id => (int)id);
        }
    }
}
