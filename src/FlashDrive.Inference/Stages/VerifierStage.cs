using FlashDrive.Driving;
using FlashDrive.Inference.Speculation;
using FlashDrive.Model.Language;

namespace FlashDrive.Inference.Stages;

/// <summary>
/// Takes from the target's scores the tokens that plain decoding would draw: at every index the token that the index's own random
/// number picks. As long as it equals the proposal, the next row is the target's word on the next index, so a proposal decides how
/// many tokens a round yields and never which (speculation.md §1.3). Then ends the thought by the rules.
/// </summary>
public sealed class VerifierStage(ThoughtRules rules, TokenSampler sampler, int vocabulary) : IVerifier
{
    public bool Accept(FrameSession session, DraftTokens draft, TargetScores scores)
    {
        var accepted = Accept(session.Session, draft, scores, session.Options.Reasoning, session.ThoughtRandom);
        session.Count(draft, accepted);
        return session.Session.Ending == ThoughtEnding.None;
    }

    /// <summary>Appends what the scores give and sets the session's ending; returns how many proposals were taken.</summary>
    /// <param name="random">The session's generator, already keyed by stream, frame and sample.</param>
    /// <exception cref="NonFiniteException">Logits that decide are not finite.</exception>
    public int Accept(ReasoningSession session, DraftTokens draft, TargetScores scores, ReasoningOptions options, KeyedRandom random)
    {
        var rows = (int)scores.Logits.size(0);
        var first = rows - 1 - draft.Tokens.Count;
        var before = session.Tokens.Count;
        var accepted = 0;
        var ending = before >= options.Budget && !rules.Published ? ThoughtEnding.Budget : ThoughtEnding.None;
        // The one look at the scores.
        var logits = ending == ThoughtEnding.None ? (scores.Carried ?? scores.Logits).data<float>() : default;
        if (scores.Carried is not null && draft.Tokens is DraftBlock block && ending == ThoughtEnding.None) block.Resolve(logits[(rows * vocabulary)..]);
        for (var goOn = ending == ThoughtEnding.None; goOn;)
        {
            var token = Draw(logits.Slice((first + accepted) * vocabulary, vocabulary), session.Tokens.Count, options, random);
            goOn = accepted < draft.Tokens.Count && draft.Tokens[accepted] == token;
            session.Append(token, goOn ? draft.Source : TokenSources.Target);
            if (goOn) accepted++;
            ending = EndingAfter(session, isBonus: !goOn && before > 0, options);
            goOn &= ending == ThoughtEnding.None;
        }
        if (ending == ThoughtEnding.None && rules.Published && session.Tokens.Count > options.Budget) ending = ThoughtEnding.Budget;
        if (ending != ThoughtEnding.None) Finish(session, ending, options);
        session.KeepWritten(before, draft.Tokens);
        if (ending == ThoughtEnding.None) session.Advance(scores.Features, first + 1 + accepted);
        session.Ending = ending;
        return accepted;
    }

    private int Draw(Span<float> logits, int index, ReasoningOptions options, KeyedRandom random)
    {
        // Rows behind the first rejected proposal follow a wrong prefix: plain decoding never sees them, finite or not.
        foreach (var logit in logits)
            if (!float.IsFinite(logit)) throw new NonFiniteException("decode", "logits");
        if (index == 0) rules.BanEnds(logits);
        return sampler.Sample(logits, options.Temperature, options.TopP, random.Uniform((ulong)index));
    }

    private ThoughtEnding EndingAfter(ReasoningSession session, bool isBonus, ReasoningOptions options)
    {
        var token = session.Tokens[^1];
        if (rules.EndingOf(token) is not ThoughtEnding.None and var ending) return ending;
        if (options.PeriodEnds && (isBonus || !rules.Published) && rules.IsPeriod(token)) return ThoughtEnding.Period;
        return session.Tokens.Count >= options.Budget && !rules.Published ? ThoughtEnding.Budget : ThoughtEnding.None;
    }

    /// <summary>Gives the thought its shape: text, end of thought, start of the trajectory.</summary>
    private void Finish(ReasoningSession session, ThoughtEnding ending, ReasoningOptions options)
    {
        if (ending == ThoughtEnding.Budget) session.Cut(rules.Published ? options.Budget : rules.CompleteSentences(session.Tokens));
        else if (ending != ThoughtEnding.Period && session.Tokens[^1] != rules.End) session.Cut(session.Tokens.Count - 1);
        var isClosed = session.Tokens.Count > 0 && session.Tokens[^1] == rules.End;
        if (!isClosed && !(rules.Published && ending == ThoughtEnding.Budget)) session.Append(rules.End, TokenSources.Rule);
        if (rules.Published && session.Tokens.Count > options.Budget) session.Cut(options.Budget);
        session.Append(rules.Trajectory, TokenSources.Rule);
    }
}
