using FlashDrive.Driving;
using FlashDrive.Inference.Conformance.Drafting;
using FlashDrive.Inference.Conformance.Network;
using FlashDrive.Inference.Flow;
using FlashDrive.Inference.Speculation;
using FlashDrive.Inference.Stages;
using FlashDrive.Inference.Streaming;
using FlashDrive.Model.Language;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Tests.Speculation;

/// <summary>speculation.md §6.12: T3 and T4, on a table of five words and thoughts of three.</summary>
public sealed class SampledDistributionTests
{
    private const int Words = 5, Length = 3, End = 5, Trajectory = 6, Vocabulary = 7, Runs = 20_000, Cells = Words * Words * Words;
    private const double Temperature = 1, TopP = 0.9;

    private static readonly ThoughtRules Rules = new(End, Trajectory, null, _ => ".");

    [Fact]
    public void Drafted_thoughts_are_drawn_from_the_target_s_distribution_and_nothing_outside_it_appears()
    {
        var counts = Sample();
        var expected = Expected(TopP);
        for (var cell = 0; cell < Cells; cell++) Assert.True(expected[cell] > 0 || counts[cell] == 0, $"thought {cell} has no probability and appeared {counts[cell]} times");
        var (statistic, critical) = ChiSquare(counts, expected);
        Assert.True(statistic < critical, $"χ² {statistic:F1}, critical {critical:F1}");
        // The test has power: a verifier that forgets the nucleus would draw from this instead.
        (statistic, critical) = ChiSquare(counts, Expected(1));
        Assert.True(statistic > 2 * critical, $"χ² {statistic:F1}, critical {critical:F1}");
    }

    private static int[] Sample()
    {
        var counts = new int[Cells];
        using var window = new ScriptedWindow(2, 32);
        var facts = new WindowFacts(new(0, 0, [], FixtureClip.AtRest, null, false, 0, ""), 0, 0, false, null);
        var options = new EngineOptions(new ReasoningOptions(Temperature, TopP, Length), new FlowOptions());
        var random = new KeyedRandom(23);
        var proposals = 0UL;
        var routine = new RoutineReasonerStage(Rules, Vocabulary, new Proposer(_ => [random.Integer(proposals++, Words), random.Integer(proposals++, Words)]));
        var (target, verifier) = (new TableTarget(), new VerifierStage(Rules, new TokenSampler(Vocabulary, Trajectory, 1), Vocabulary));
        for (var run = 0; run < Runs; run++)
        {
            window.Session.Restart();
            ThoughtLoop.Run(routine, target, verifier, new FrameSession(new(facts, window.Session, null), options, (ulong)run));
            var tokens = window.Session.Tokens;
            Assert.Equal(Length + 2, tokens.Count);
            counts[(tokens[0] * Words + tokens[1]) * Words + tokens[2]]++;
        }
        return counts;
    }

    private static double[] Expected(double topP)
    {
        var sampler = new TokenSampler(Vocabulary, Trajectory, 1);
        var expected = new double[Cells];
        for (var cell = 0; cell < Cells; cell++)
        {
            int[] tokens = [cell / (Words * Words), cell / Words % Words, cell % Words];
            expected[cell] = Runs;
            for (var i = 0; i < Length; i++) expected[cell] *= sampler.Generate(TableTarget.Logits(tokens[..i]), Temperature, topP).WeightOf(tokens[i]);
        }
        return expected;
    }

    /// <summary>Cells that expect fewer than five are pooled; the critical value is that of one in ten thousand (Wilson and Hilferty).</summary>
    private static (double Statistic, double Critical) ChiSquare(int[] counts, double[] expected)
    {
        var (statistic, used, pooledCount, pooledExpected) = (0.0, 0, 0, 0.0);
        for (var cell = 0; cell < Cells; cell++)
        {
            if (expected[cell] < 5)
            {
                (pooledCount, pooledExpected) = (pooledCount + counts[cell], pooledExpected + expected[cell]);
                continue;
            }
            statistic += Math.Pow(counts[cell] - expected[cell], 2) / expected[cell];
            used++;
        }
        if (pooledExpected > 0)
        {
            statistic += Math.Pow(pooledCount - pooledExpected, 2) / pooledExpected;
            used++;
        }
        double freedom = used - 1;
        return (statistic, freedom * Math.Pow(1 - 2 / (9 * freedom) + 3.719 * Math.Sqrt(2 / (9 * freedom)), 3));
    }

    /// <summary>Logits that follow from the words so far and nothing else; the end is never likely.</summary>
    private sealed class TableTarget : IDeliberativeReasoner
    {
        internal static float[] Logits(IEnumerable<int> words)
        {
            var random = new KeyedRandom(5);
            foreach (var word in words) random = random.At(word);
            return [.. Enumerable.Range(0, Words).Select(word => (float)(1.5 * random.Normal((ulong)word))), -60, -60];
        }

        public TargetScores Score(FrameSession session, DraftTokens draft)
        {
            var thought = session.Session;
            var rows = thought.Tokens.Count == 0 ? 1 : 1 + draft.Tokens.Count;
            var logits = torch.empty(rows, Vocabulary).DetachFromDisposeScope();
            int[] all = [.. thought.Tokens, .. draft.Tokens];
            for (var row = 0; row < rows; row++) Logits(all[..(thought.Tokens.Count + row)]).CopyTo(logits.buffer<float>()[(row * Vocabulary)..]);
            Write(thought, draft.Tokens.Count);
            return new(logits);
        }

        public void Settle(FrameSession session) => Write(session.Session, 0);

        private static void Write(ReasoningSession thought, int proposals)
        {
            thought.Scratch.Begin(thought.Unwritten + proposals);
            thought.Scratch.Commit();
        }
    }
}
