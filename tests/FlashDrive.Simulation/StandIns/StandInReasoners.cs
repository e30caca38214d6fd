using FlashDrive.Inference;
using FlashDrive.Inference.Stages;
using FlashDrive.Torch;

namespace FlashDrive.Simulation.StandIns;

/// <summary>Proposes nothing.</summary>
public sealed class StandInRoutineReasoner(StandInOptions options) : IRoutineReasoner
{
    public DraftTokens Propose(FrameSession session)
    {
        options.Reach(StageNames.Decode, session.Window.Facts.Newest);
        return DraftTokens.None;
    }
}

/// <summary>Writes what is unwritten into the scratch and scores with the session's fingerprint.</summary>
public sealed class StandInDeliberativeReasoner(StandInOptions options) : IDeliberativeReasoner
{
    public TargetScores Score(FrameSession session, DraftTokens draft)
    {
        session.ThrowIfCancelled();
        using var scope = torch.NewDisposeScope();
        var logits = torch.empty(1, 1);
        logits.data<float>()[0] = Fingerprint.Of(session);
        options.Reach(StageNames.Decode, session.Window.Facts.Newest);
        Write(session.Session);
        return new(logits.DetachFromDisposeScope());
    }

    public void Settle(FrameSession session)
    {
        options.Reach(StageNames.Decode, session.Window.Facts.Newest);
        Write(session.Session);
    }

    private static void Write(ReasoningSession session)
    {
        session.Scratch.Begin(session.Unwritten);
        session.Scratch.Commit();
    }
}

/// <summary>Takes the score as the next token; a thought has one to budget tokens, chosen by stream, frame and sample.</summary>
public sealed class StandInVerifier(StandInOptions options) : IVerifier
{
    public bool Accept(FrameSession session, DraftTokens draft, TargetScores scores)
    {
        var token = (int)scores.Logits.data<float>()[0];
        options.Reach(StageNames.Decode, session.Window.Facts.Newest);
        session.Session.Append(token);
        return session.Session.Tokens.Count < 1 + session.ThoughtRandom.Integer(0, session.Options.Reasoning.Budget);
    }
}
