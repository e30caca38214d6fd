using System.Text.Json;
using FlashDrive.Inference.Conformance.Drafting;
using FlashDrive.Inference.Speculation;
using FlashDrive.Model.Drafting;
using FlashDrive.Model.Language;

namespace FlashDrive.Inference.Conformance.Kinds;

/// <summary>Block drafting: the general network and loop, FlashDrive's, and the round loop alone over a scripted target.</summary>
internal sealed class DflashKind : IFixtureKind
{
    internal const double Network = 2e-5;

    public string Name => "dflash";

    public void Run(FixtureFolder folder, Comparison comparison)
    {
        GeneralDrafting.Run(folder, comparison);
        FlashDrafting.Run(folder, comparison);
        Scripted(folder.Json("scripted.json"), comparison);
    }

    private static void Scripted(JsonElement description, Comparison comparison)
    {
        var ids = description.GetProperty("ids");
        var rules = Rules(ids);
        var (prompt, vocabulary, span) = (description.Int("prompt_length"), description.Int("vocabulary"), description.Ints("trajectory_span"));
        foreach (var recorded in description.Array("cases"))
        {
            var slots = prompt + recorded.Int("budget") + 32;
            int[] text = recorded.Ints("greedy_text");
            int[] first = recorded.IsNull("first_token_choices") ? [text[0]] : recorded.Ints("first_token_choices");
            var target = new ScriptedTarget(text, first, description.Int("garbage"), vocabulary, prompt, slots);
            var proposer = new ScriptedProposer([.. recorded.Array("rounds").Select(round => round.Ints("draft"))]);
            var loop = new RecordedLoop(rules, proposer, target, new TokenSampler(vocabulary, span[0], span[1] - span[0]), vocabulary);
            using var window = new ScriptedWindow(prompt, slots);
            loop.Run(window.Session, recorded.Int("budget"));
            var name = $"scripted.json {recorded.Text("name")}";
            CompareTrace(name, loop, window.Session, recorded, rules, wholePosterior: true, comparison);
            var tokens = Thought(window.Session);
            var appended = tokens.Length > 0 && window.Session.Sources[tokens.Length - 1] == TokenSources.Rule;
            comparison.Exact($"{name} cot_end_appended", [appended ? 1 : 0], [recorded.GetProperty("cot_end_appended").GetBoolean() ? 1 : 0]);
            comparison.Exact($"{name} traj_start_slot", [prompt + tokens.Length], [recorded.Int("traj_start_slot")]);
            comparison.Exact($"{name} slots_after", target.Slots(prompt, window.Session.Scratch.Slots), recorded.Ints("slots_after"));
        }
    }

    /// <summary>A token named the period takes its place; texts are of no account.</summary>
    internal static ThoughtRules Rules(JsonElement ids)
    {
        var period = ids.Int("period");
        return new(ids.Int("cot_end"), ids.Int("traj_future_start"), Turn: null, token => token == period ? "." : "x") { Published = true };
    }

    /// <summary>The thought without the start of the trajectory.</summary>
    internal static int[] Thought(Stages.ReasoningSession session) => [.. session.Tokens.Take(session.Tokens.Count - 1)];

    /// <param name="wholePosterior">Also behind the first rejected proposal.</param>
    internal static void CompareTrace(
        string name, RecordedLoop loop, Stages.ReasoningSession session, JsonElement recorded, ThoughtRules rules, bool wholePosterior, Comparison comparison)
    {
        var rounds = recorded.Array("rounds").ToList();
        comparison.Exact($"{name} rounds", [loop.Rounds.Count], [rounds.Count]);
        foreach (var (ours, reference) in loop.Rounds.Zip(rounds))
        {
            var (block, accepted) = (reference.Ints("block"), reference.Int("accepted"));
            var kept = wholePosterior ? block.Length : accepted + 1;
            comparison.Exact($"{name} start", [ours.Start], [reference.Int("start")]);
            comparison.Exact($"{name} known", [ours.Block[0]], [reference.Int("known")]);
            comparison.Exact($"{name} draft", ours.Draft, reference.Ints("draft"));
            comparison.Exact($"{name} block", ours.Block, block);
            comparison.Exact($"{name} posterior", ours.Posterior[..kept], reference.Ints("posterior")[..kept]);
            comparison.Exact($"{name} accepted", [ours.Accepted], [accepted]);
            comparison.Exact($"{name} bonus", [ours.Bonus], [reference.Int("bonus")]);
            comparison.Exact($"{name} first_stop", [ours.FirstOf(rules.End)], [reference.Int("first_stop")]);
            comparison.Exact($"{name} period", [rules.IsPeriod(ours.Bonus) ? 1 : 0], [reference.GetProperty("period").GetBoolean() ? 1 : 0]);
        }
        var (tokens, prompt) = (Thought(session), session.Lease.Table.Length);
        comparison.Exact($"{name} tokens", tokens, recorded.Ints("tokens"));
        comparison.Exact($"{name} suffix", loop.Suffix.Tokens, recorded.Ints("suffix"));
        comparison.Exact($"{name} suffix_slot", [loop.Suffix.Slot], [recorded.Int("suffix_slot")]);
        // The flow's first slot is the one behind the cache.
        comparison.Exact($"{name} action_start", [session.Scratch.Slots], [recorded.Int("action_start")]);
        var period = rounds[^1].GetProperty("period").GetBoolean() && rounds[^1].Int("first_stop") < 0;
        var published = new PublishedSlots(loop.Rounds, tokens, prompt, rules.End, rules.Trajectory, period);
        var expected = recorded.GetProperty("published");
        comparison.Exact($"{name} published traj_start_slot", [published.Trajectory], [expected.Int("traj_start_slot")]);
        comparison.Exact($"{name} published action_start", [published.Action], [expected.Int("action_start")]);
        comparison.Exact($"{name} published wrong_visible_slots", published.Wrong, expected.Ints("wrong_visible_slots"));
    }
}
