using FlashDrive.Actors.Credits;
using FlashDrive.Inference;
using FlashDrive.Inference.Stages;

namespace FlashDrive.Actors;

/// <summary>What the target thinks of a draft.</summary>
internal readonly record struct ScoredDraft(FrameTicket Ticket, FrameSession Session, DraftTokens Tokens, TargetScores Scores) : IFrameMessage
{
    public void Dispose()
    {
        Scores.Dispose();
        Session.Dispose();
    }
}

/// <summary>Takes the tokens that the target's scores allow and starts the next round, or ends the thought.</summary>
internal sealed class VerifierActor(Pipeline pipeline, IVerifier verifier) : StageActor<ScoredDraft>(pipeline, Name, StageNames.Decode)
{
    internal const string Name = "verifier";

    protected override void Process(ScoredDraft message)
    {
        var goesOn = verifier.Accept(message.Session, message.Tokens, message.Scores);
        message.Scores.Dispose();
        if (goesOn) Send(Pipeline.Routine, new OpenThought(message.Ticket, message.Session), StageNames.Decode);
        else Send(Pipeline.Deliberative, new Draft(message.Ticket, message.Session, DraftTokens.None, Ended: true), StageNames.Decode);
    }
}
