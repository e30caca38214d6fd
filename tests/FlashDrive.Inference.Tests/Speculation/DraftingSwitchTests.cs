using FlashDrive.Inference.Speculation;
using FlashDrive.Inference.Stages;

namespace FlashDrive.Inference.Tests.Speculation;

public sealed class DraftingSwitchTests(ThinkingBench bench) : IClassFixture<ThinkingBench>
{
    [Fact]
    public void Drafting_goes_off_when_fifty_rounds_yield_less_than_they_cost_and_is_tried_again()
    {
        var drafting = new DraftingSwitch(new(Enabled: true) { CostRatio = 1.3, Window = 50, ProbeAfter = 500 });
        for (var i = 0; i < 49; i++) Round(drafting, 0);
        Assert.True(drafting.IsOn);
        Round(drafting, 0);
        Assert.False(drafting.IsOn);
        for (var i = 0; i < 500; i++) Assert.False(drafting.Ask());
        Assert.True(drafting.Ask());
        Assert.True(drafting.IsOn);
    }

    [Fact]
    public void Drafting_stays_on_while_it_yields_what_it_costs()
    {
        var drafting = new DraftingSwitch(new(Enabled: true) { CostRatio = 2, Window = 50, ProbeAfter = 500 });
        for (var i = 0; i < 500; i++) Round(drafting, i % 2 == 0 ? 2 : 0);
        Assert.True(drafting.IsOn);
        // The last fifty count: it takes some that yield one token to bring the mean below two.
        var rounds = 0;
        for (; drafting.IsOn; rounds++) Round(drafting, 0);
        Assert.InRange(rounds, 1, 2);
    }

    [Fact]
    public void With_acceptance_forced_to_nothing_the_thoughts_stay_and_drafting_goes_off()
    {
        var drafting = new DraftingSwitch(new(Enabled: true) { CostRatio = 1.3, Window = 50, ProbeAfter = 1_000_000 });
        var (drafted, accepted) = (0, 0);
        for (ulong seed = 0; seed < 12; seed++)
        {
            bench.Think(null, new ReasoningOptions(Budget: 24), seed);
            var tokens = bench.Session.Tokens.ToArray();
            var frame = bench.Think(Proposer.Named("always wrong", tokens, 7, bench.Model.Vocabulary.Length, bench.Rules.End), new ReasoningOptions(Budget: 24), seed, drafting);
            Assert.Equal(tokens, bench.Session.Tokens);
            (drafted, accepted) = (drafted + frame.Drafted, accepted + frame.Accepted);
        }
        Assert.False(drafting.IsOn);
        Assert.Equal(0, accepted);
        Assert.InRange(drafted, 1, 50 * 7);
    }

    [Fact]
    public void Going_off_and_on_in_the_middle_of_thoughts_changes_no_token()
    {
        var drafting = new DraftingSwitch(new(Enabled: true) { CostRatio = 16, Window = 1, ProbeAfter = 2 });
        for (ulong seed = 0; seed < 8; seed++)
        {
            bench.Think(null, new ReasoningOptions(Budget: 24), seed);
            var (tokens, written) = (bench.Session.Tokens.ToArray(), bench.Written());
            bench.Think(bench.Dflash(), new ReasoningOptions(Budget: 24), seed, drafting);
            Assert.Equal(tokens, bench.Session.Tokens);
            Assert.Equal(written, bench.Written());
        }
    }

    private static void Round(DraftingSwitch drafting, int accepted)
    {
        if (drafting.Ask()) drafting.Report(accepted);
    }
}
