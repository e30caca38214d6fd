using FlashDrive.Inference.Speculation;
using FlashDrive.Inference.Stages;

namespace FlashDrive.Inference.Tests.Speculation;

public sealed class BudgetTests(ThinkingBench bench) : IClassFixture<ThinkingBench>
{
    [Fact]
    public void Under_every_budget_a_thought_is_whole_sentences_its_end_and_the_start_of_the_trajectory()
    {
        const int most = 30;
        var (closed, empty) = (0, 0);
        for (ulong seed = 0; seed < 4; seed++)
        {
            bench.Think(null, new ReasoningOptions(Budget: most), seed);
            var whole = bench.Session.Tokens.ToArray();
            for (var budget = 0; budget <= most; budget++)
            {
                var reasoning = new ReasoningOptions(Budget: budget);
                bench.Think(null, reasoning, seed);
                var tokens = bench.Session.Tokens.ToArray();
                AssertGrammar(tokens, budget);
                Assert.Equal(tokens.Length, bench.Session.Scratch.Tokens);
                var text = tokens[..^2];
                if (bench.Session.Ending == ThoughtEnding.Budget)
                {
                    closed++;
                    empty += text.Length == 0 ? 1 : 0;
                    Assert.True(text.Length == 0 || bench.Rules.TextOf(text[^1]).TrimEnd()[^1] is '.' or '!' or '?', $"budget {budget} cut a sentence");
                }
                Assert.Equal(whole.Take(text.Length), text);
                foreach (var name in (string[])["oracle", "random"])
                {
                    bench.Think(Proposer.Named(name, whole, 7, bench.Model.Vocabulary.Length, bench.Rules.End), reasoning, seed);
                    Assert.Equal(tokens, bench.Session.Tokens);
                    Assert.Equal(tokens.Length, bench.Session.Scratch.Tokens);
                }
            }
        }
        Assert.True(closed > empty && empty > 0, $"{closed} closed, {empty} of them empty");
    }

    [Fact]
    public void A_plan_tells_that_its_thought_was_closed_and_where_its_tokens_came_from()
    {
        using var model = TinyModel.Create();
        ThinkingBench.Attach(model);
        using var rollout = new SequentialRollout(model, ThinkingBench.Options with { Reasoning = new(Budget: 1) });
        rollout.Step(TinyModel.Tick(0));
        var thought = rollout.Step(TinyModel.Tick(1)).Plan!.Thoughts[0];
        Assert.True(thought.Closed);
        Assert.False(thought.Completed);
        Assert.Equal(thought.Tokens.Count, thought.Sources.Count);
        Assert.Equal([bench.Rules.End, bench.Rules.Trajectory], thought.Tokens.TakeLast(2));
        Assert.Equal([TokenSources.Rule, TokenSources.Rule], thought.Sources.TakeLast(2));
        Assert.Equal(thought.Text, string.Concat(thought.Pieces.Select(piece => piece.Text)).Trim());
    }

    [Fact]
    public void Drafted_plans_have_the_bits_of_plain_ones()
    {
        using var model = TinyModel.Create();
        ThinkingBench.Attach(model);
        using var drafted = new SequentialRollout(model, ThinkingBench.Options);
        using var plain = new SequentialRollout(model, ThinkingBench.Options with { Drafting = new(Enabled: false) });
        for (var i = 0; i < 6; i++)
        {
            var (with, without) = (drafted.Step(TinyModel.Tick(i)).Plan, plain.Step(TinyModel.Tick(i)).Plan);
            Assert.Equal(without is null, with is null);
            if (with is null || without is null) continue;
            Assert.Equal(without.Thoughts[0].Tokens, with.Thoughts[0].Tokens);
            Assert.Equal(without.Actions, with.Actions);
        }
    }

    [Theory]
    [InlineData(new[] { "It", " is", " red", ".", " I", " stop" }, 4)]
    [InlineData(new[] { "Stop", "!", " Go", "." }, 4)]
    [InlineData(new[] { "Stop", " now" }, 0)]
    [InlineData(new[] { "Gap", " of", " 3", ".", "5", " m" }, 0)]
    [InlineData(new[] { "Gap", " of", " 3", "." }, 0)]
    [InlineData(new[] { "Gap", " of", " 3", ".", " I", " stop", "." }, 7)]
    [InlineData(new string[0], 0)]
    public void A_complete_sentence_ends_with_its_mark_and_not_with_a_number_s_point(string[] words, int expected)
    {
        var rules = new ThoughtRules(100, 101, null, token => words[token]);
        Assert.Equal(expected, rules.CompleteSentences([.. Enumerable.Range(0, words.Length)]));
    }

    private void AssertGrammar(int[] tokens, int budget)
    {
        Assert.Equal([bench.Rules.End, bench.Rules.Trajectory], tokens[^2..]);
        Assert.True(tokens.Length - 2 <= budget);
        Assert.DoesNotContain(tokens[..^2], token => token == bench.Rules.End || token == bench.Rules.Trajectory || token == bench.Rules.Turn);
    }
}
