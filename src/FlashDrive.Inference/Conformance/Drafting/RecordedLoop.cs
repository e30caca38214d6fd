using FlashDrive.Inference.Flow;
using FlashDrive.Inference.Speculation;
using FlashDrive.Inference.Stages;
using FlashDrive.Inference.Streaming;
using FlashDrive.Inference.Conformance.Network;
using FlashDrive.Model.Language;

namespace FlashDrive.Inference.Conformance.Drafting;

/// <summary>One verified block.</summary>
/// <param name="Start">Slot of the known token.</param>
/// <param name="Draft">Proposals as the drafter made them.</param>
/// <param name="Block">The known token and what was verified behind it.</param>
/// <param name="Posterior">The target's best token after each of the block.</param>
/// <param name="SlotsAfter">Slots that hold the thought's tokens after the round.</param>
internal sealed record RecordedRound(int Start, int[] Draft, int[] Block, int[] Posterior, int SlotsAfter)
{
    internal int Accepted
    {
        get
        {
            var count = 0;
            while (count < Block.Length - 1 && Block[count + 1] == Posterior[count]) count++;
            return count;
        }
    }

    internal int Bonus => Posterior[Accepted];

    /// <summary>First place of a token among what the round gives, the known token and the bonus included, or −1.</summary>
    internal int FirstOf(int token) => Array.IndexOf([.. Block[..(Accepted + 1)], Bonus], token);
}

/// <summary>Runs the engine's loop over a session and writes down what passes from stage to stage.</summary>
/// <param name="sampler">Best tokens under the fixture's mask.</param>
internal sealed class RecordedLoop(
    ThoughtRules rules, IDraftProposer proposer, IDeliberativeReasoner target, TokenSampler sampler, int vocabulary) : IDraftProposer, IDeliberativeReasoner
{
    private readonly List<RecordedRound> _rounds = [];
    private int[] _draft = [], _suffix = [];
    private int _suffixSlot;

    internal IReadOnlyList<RecordedRound> Rounds => _rounds;

    /// <summary>Tokens that the last forward pass wrote, and the slot it began at.</summary>
    internal (int[] Tokens, int Slot) Suffix => (_suffix, _suffixSlot);

    /// <summary>Sees the scores of every round.</summary>
    internal Action<int, TargetScores>? Scored { get; init; }

    public string Source => proposer.Source;

    /// <param name="piggyback">The start of the trajectory is put behind proposed ends.</param>
    internal void Run(ReasoningSession session, int budget, bool piggyback = true)
    {
        session.Restart();
        var routine = new RoutineReasonerStage(piggyback ? rules : rules with { End = int.MaxValue }, vocabulary, this);
        var facts = new WindowFacts(new(0, 0, [], FixtureClip.AtRest, null, false, 0, ""), 0, 0, false, null);
        var options = new EngineOptions(new ReasoningOptions(Temperature: 0, Budget: budget, PeriodEnds: true), new FlowOptions());
        // Not disposed: the session is the caller's.
        ThoughtLoop.Run(routine, this, new VerifierStage(rules, sampler, vocabulary), new FrameSession(new(facts, session, null), options, seed: 0));
    }

    public IReadOnlyList<int> Propose(FrameSession session)
    {
        CloseRound(session.Session);
        var proposed = proposer.Propose(session);
        _draft = [.. proposed];
        return proposed;
    }

    public TargetScores Score(FrameSession session, DraftTokens draft)
    {
        var (thought, start) = (session.Session, session.Session.Scratch.Slots);
        var scores = target.Score(session, draft);
        if (thought.Tokens.Count == 0)
        {
            Scored?.Invoke(-1, scores);
            return scores;
        }
        Scored?.Invoke(_rounds.Count, scores);
        var logits = scores.Logits.ToArray<float>();
        int[] posterior = [.. logits.Chunk(vocabulary).Select(row => sampler.Argmax(row))];
        _rounds.Add(new(start, _draft, [thought.Tokens[^1], .. draft.Tokens], posterior, 0));
        return scores;
    }

    public void Settle(FrameSession session)
    {
        var thought = session.Session;
        CloseRound(thought);
        (_suffix, _suffixSlot) = ([.. thought.Tokens.Skip(thought.Scratch.Tokens)], thought.Scratch.Slots);
        target.Settle(session);
    }

    private void CloseRound(ReasoningSession session)
    {
        if (_rounds.Count > 0 && _rounds[^1].SlotsAfter == 0) _rounds[^1] = _rounds[^1] with { SlotsAfter = session.Scratch.Slots };
    }
}
