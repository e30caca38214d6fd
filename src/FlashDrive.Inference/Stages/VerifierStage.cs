using FlashDrive.Driving;
using FlashDrive.Model.Language;
using FlashDrive.Model.Tokenization;

namespace FlashDrive.Inference.Stages;

/// <summary>
/// Chooses the next token from the target's scores and ends the thought: at the hand-over token, at the end of the turn, or at the
/// budget. Randomness is keyed by (frame, sample, token index), so it does not depend on what else runs.
/// </summary>
public sealed class VerifierStage(ModelVocabulary vocabulary, TokenSampler sampler) : IVerifier
{
    public bool Accept(FrameSession session, DraftTokens draft, TargetScores scores) =>
        Accept(session.Session, scores, session.Options.Reasoning, session.ThoughtRandom);

    /// <summary>Appends one token; true while the thought goes on.</summary>
    /// <param name="random">The session's generator, already keyed by stream, frame and sample.</param>
    public bool Accept(ReasoningSession session, TargetScores scores, ReasoningOptions options, KeyedRandom random)
    {
        var rows = (int)scores.Logits.size(0);
        var logits = scores.Logits.data<float>()[((rows - 1) * vocabulary.Length)..];
        var token = sampler.Sample(logits, options.Temperature, options.TopP, random.Uniform((ulong)session.Tokens.Count));
        session.Append(token);
        return token != vocabulary.TrajectoryFutureStart && token != vocabulary.Eos && session.Tokens.Count < options.Budget;
    }
}
