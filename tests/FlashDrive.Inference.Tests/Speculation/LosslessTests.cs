using FlashDrive.Inference.Speculation;
using FlashDrive.Inference.Stages;

namespace FlashDrive.Inference.Tests.Speculation;

/// <summary>speculation.md §6.12: T1, T2, T5, T14, T15, T17, T18, T19.</summary>
public sealed class LosslessTests(ThinkingBench bench) : IClassFixture<ThinkingBench>
{
    private static readonly ReasoningOptions Greedy = new(Temperature: 0, Budget: 24), Drawn = new(Temperature: 0.6, TopP: 0.98, Budget: 24);

    private int Vocabulary => bench.Model.Vocabulary.Length;

    [Theory]
    [InlineData("nothing")]
    [InlineData("random")]
    [InlineData("always wrong")]
    [InlineData("oracle")]
    [InlineData("oracle with one flip")]
    [InlineData("stop in the middle")]
    [InlineData("stops only")]
    [InlineData("the same token")]
    [InlineData("longer than allowed")]
    [InlineData("no tokens")]
    [InlineData("throwing")]
    public void Whatever_is_proposed_the_thought_and_its_cache_are_those_of_plain_decoding(string name)
    {
        foreach (var (reasoning, seed) in Cases(6))
        {
            bench.Think(null, reasoning, seed);
            var (tokens, ending, written) = (bench.Session.Tokens.ToArray(), bench.Session.Ending, bench.Written());
            foreach (var length in (int[])[1, 2, 7, 15])
            {
                bench.Think(Proposer.Named(name, tokens, length, Vocabulary, bench.Rules.End), reasoning, seed);
                Assert.Equal(tokens, bench.Session.Tokens);
                Assert.Equal((ending, tokens.Length), (bench.Session.Ending, bench.Session.Scratch.Tokens));
                Assert.Equal(written, bench.Written());
            }
        }
    }

    [Fact]
    public void The_block_drafter_changes_no_token_and_no_bit_of_the_cache()
    {
        foreach (var (reasoning, seed) in Cases(6))
        {
            bench.Think(null, reasoning, seed);
            var (tokens, written) = (bench.Session.Tokens.ToArray(), bench.Written());
            bench.Think(bench.Dflash(), reasoning, seed);
            Assert.Equal(tokens, bench.Session.Tokens);
            Assert.Equal(written, bench.Written());
        }
    }

    [Fact]
    public void An_oracle_saves_passes_and_every_token_has_its_source()
    {
        var completed = 0;
        foreach (var (reasoning, seed) in Cases(6))
        {
            var plain = bench.Think(null, reasoning, seed);
            var tokens = bench.Session.Tokens.ToArray();
            var drafted = bench.Think(Proposer.Named("oracle", tokens, 7, Vocabulary, bench.Rules.End), reasoning, seed);

            var sources = bench.Session.Sources;
            Assert.Equal(tokens.Length, sources.Count);
            Assert.All(sources, source => Assert.Contains(source, (string[])["test", TokenSources.Target, TokenSources.Rule]));
            Assert.Equal(TokenSources.Rule, sources[^1]);
            Assert.True(drafted.Accepted <= drafted.Drafted);
            // A thought that was closed lost tokens again, and nobody knew beforehand what it would have gone on with.
            if (bench.Session.Ending != ThoughtEnding.Completed) continue;
            completed++;
            Assert.Equal(TokenSources.Target, sources[0]);
            Assert.Equal(drafted.Accepted, sources.Count(source => source == "test"));
            // Eight tokens a pass, where plain decoding has one; a pass may be needed for what stands behind the last block.
            Assert.True(drafted.Forwards <= (plain.Forwards + 7) / 8 + 1, $"{drafted.Forwards} passes instead of {plain.Forwards}");
        }
        Assert.True(completed > 0);
    }

    [Fact]
    public void What_a_drafter_sees_does_not_depend_on_blocks_that_were_rejected()
    {
        var seen = new Dictionary<int, int[]>();
        var dflash = bench.Dflash();
        bench.Think(new Watched(frame => seen[frame.Session.Tokens.Count] = [.. dflash.Propose(frame)]), Drawn, 2);
        Assert.True(seen.Count > 2);
        bench.Think(new Watched(frame =>
        {
            if (seen.TryGetValue(frame.Session.Tokens.Count, out var expected)) Assert.Equal(expected, dflash.Propose(frame));
            return [1, 2, 3, 4, 5, 6, 7];
        }), Drawn, 2);
    }

    [Fact]
    public void A_drafter_that_throws_loses_its_rounds_and_is_counted()
    {
        var routine = new RoutineReasonerStage(bench.Rules, Vocabulary, Proposer.Named("throwing", [], 7, Vocabulary, bench.Rules.End));
        var frame = bench.Think(null, Drawn, 1);
        Assert.Empty(routine.Propose(frame).Tokens);
        Assert.Equal(1, routine.Faults);
    }

    [Fact]
    public void Without_a_known_token_nothing_is_asked_for()
    {
        var proposer = Proposer.Named("the same token", [], 7, Vocabulary, bench.Rules.End);
        var frame = bench.Think(proposer, Drawn, 1);
        // Every pass was asked for but the one that writes the end.
        Assert.Equal(frame.Forwards - 1, proposer.Calls);
        bench.Session.Restart();
        var before = proposer.Calls;
        Assert.Equal(DraftTokens.None, new RoutineReasonerStage(bench.Rules, Vocabulary, proposer).Propose(frame));
        Assert.Equal(before, proposer.Calls);
    }

    [Fact]
    public void A_period_that_ends_the_thought_ends_it_at_the_same_place_with_and_without_drafts()
    {
        var reasoning = Drawn with { PeriodEnds = true };
        // Three marks pass for a period: random weights seldom draw the one.
        var rules = bench.Rules with { TextOf = token => bench.Rules.TextOf(token) is "." or "!" or "?" ? "." : "x" };
        var ended = 0;
        for (ulong seed = 0; seed < 12; seed++)
        {
            bench.Think(null, reasoning, seed, rules: rules);
            var tokens = bench.Session.Tokens.ToArray();
            if (bench.Session.Ending == ThoughtEnding.Period)
            {
                ended++;
                Assert.Equal(tokens.Length - 3, tokens.ToList().FindIndex(rules.IsPeriod));
            }
            bench.Think(Proposer.Named("oracle", tokens, 7, Vocabulary, bench.Rules.End), reasoning, seed, rules: rules);
            Assert.Equal(tokens, bench.Session.Tokens);
        }
        Assert.True(ended > 2, $"only {ended} thoughts had a period");
    }

    private static IEnumerable<(ReasoningOptions Reasoning, ulong Seed)> Cases(int seeds)
    {
        yield return (Greedy, 0);
        for (ulong seed = 0; seed < (ulong)seeds; seed++) yield return (Drawn, seed);
    }

    private sealed class Watched(Func<FrameSession, IReadOnlyList<int>> propose) : IDraftProposer
    {
        public string Source => "watched";

        public IReadOnlyList<int> Propose(FrameSession session) => propose(session);
    }
}
