using System.Text.Json;
using FlashDrive.Inference.Conformance.Kinds;
using FlashDrive.Inference.Conformance.Network;
using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Speculation;
using FlashDrive.Inference.Stages;
using FlashDrive.Model.Drafting;
using FlashDrive.Model.Language;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Conformance.Drafting;

/// <summary>The public general DFlash: text-only prompts, stateful draft, an ordinary mask token.</summary>
internal static class GeneralDrafting
{
    internal static void Run(FixtureFolder folder, Comparison comparison)
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var (description, file) = (folder.Json("general.json"), folder.Open("general"));
        var engine = FixtureEngine.Of(folder.Set);
        var configuration = DrafterConfiguration.Read("general.json: config", description.GetProperty("config"))
            .For(engine.Model.Configuration.Text, engine.Model.Vocabulary.Length);
        foreach (var row in description.Array("target_layer_table"))
            comparison.Exact("general.json target_layer_table", [.. DrafterConfiguration.SpreadLayers(row.Int("target_layers"), row.Int("draft_layers"))], row.Ints("ids"));
        using var parameters = DrafterCheckpoint.Read(folder.PathOf("general_draft.safetensors"), configuration, ownMask: false);
        var weights = folder.Open("general_draft");
        weights.Inputs(weights.Tensors);
        using var drafter = new BlockDrafter(configuration, parameters, engine.Model.Network.Language);
        var number = 0;
        foreach (var run in description.Array("runs")) Run(engine, drafter, run, $"run{number++}", file, comparison);
    }

    private static void Run(FixtureEngine engine, BlockDrafter drafter, JsonElement run, string name, FixtureFile file, Comparison comparison)
    {
        using var scope = torch.NewDisposeScope();
        var (ids, budget, vocabulary) = (run.Ints("prompt"), run.Int("max_new_tokens"), engine.Model.Vocabulary.Length);
        var prompt = engine.PromptOf(ids, []);
        // Every prompt token's features, and no id that stops where none is named.
        var context = new DraftContext(drafter.Configuration.TargetLayers, ids.Length);
        int[] stops = run.IsNull("stop_token_ids") ? [int.MaxValue] : run.Ints("stop_token_ids");
        var rules = new ThoughtRules(stops[0], engine.Model.Vocabulary.TrajectoryFutureStart, Turn: null, _ => "x") { Published = true };
        var sampler = new TokenSampler(vocabulary, 0, 0);
        using var session = engine.Prefill(WindowLayout.Of(prompt), context: context).Whole(prompt, features: null);
        var proposer = new GeneralProposer(drafter, sampler, scope);
        var loop = new RecordedLoop(rules, proposer, new DeliberativeReasonerStage(engine.Model.Network.Language, context.Layers), sampler, vocabulary);
        loop.Run(session, budget, piggyback: false);
        comparison.Exact($"general.json {name} output_ids", [.. ids, .. DflashKind.Thought(session)], run.Ints("output_ids"));
        comparison.Exact($"general.json {name} first_token", [session.Tokens[0]], [run.Int("first_token")]);
        comparison.Exact($"general.json {name} accept_lengths", [.. loop.Rounds.Select(round => round.Accepted + 1)], run.Ints("accept_lengths"));
        var rounds = run.Array("rounds").ToList();
        comparison.Exact($"general.json {name} rounds", [loop.Rounds.Count], [rounds.Count]);
        for (var i = 0; i < Math.Min(rounds.Count, loop.Rounds.Count); i++)
        {
            Compare($"general.json {name}", loop.Rounds[i], proposer.Blocks[i], rounds[i], comparison);
            Compare(file, $"{name}.round{i}.", proposer.Blocks[i], comparison);
        }
    }

    private static void Compare(string name, RecordedRound ours, GeneralProposer.DraftedBlock draft, JsonElement reference, Comparison comparison)
    {
        var (block, features, accepted) = (ours.Block.Length, draft.Start - draft.From, reference.Int("accepted_plus_one"));
        void Same(string key, params int[] values) =>
            comparison.Exact($"{name} {key}", values, reference.GetProperty(key).ValueKind == JsonValueKind.Array ? reference.Ints(key) : [reference.Int(key)]);
        Same("start", ours.Start);
        Same("known", ours.Block[0]);
        Same("draft_positions", draft.From, draft.Start + block);
        Same("draft_cache_before", draft.From);
        Same("draft_cache_with_block", draft.Start + block);
        Same("draft_cache_after_crop", draft.Start);
        Same("feature_rows", features);
        Same("block", ours.Block);
        Same("verify_positions", [.. Enumerable.Range(ours.Start, block)]);
        Same("target_cache_before", ours.Start);
        Same("target_cache_with_block", ours.Start + block);
        Same("target_cache_after_crop", ours.Start + ours.Accepted + 1);
        Same("accepted_plus_one", ours.Accepted + 1);
        comparison.Exact($"{name} posterior", ours.Posterior[..accepted], reference.Ints("posterior")[..accepted]);
    }

    private static void Compare(FixtureFile file, string prefix, GeneralProposer.DraftedBlock draft, Comparison comparison)
    {
        if (file.Contains(prefix + "features")) comparison.Relative(file, prefix + "features", draft.Features, DflashKind.Network);
        if (file.Contains(prefix + "draft_hidden")) comparison.Relative(file, prefix + "draft_hidden", draft.Hidden, DflashKind.Network);
        if (file.Contains(prefix + "draft_logits")) comparison.Relative(file, prefix + "draft_logits", draft.Logits, DflashKind.Network);
    }
}
