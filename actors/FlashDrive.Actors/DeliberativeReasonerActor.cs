using FlashDrive.Actors.Credits;
using FlashDrive.Inference;
using FlashDrive.Inference.Stages;

namespace FlashDrive.Actors;

/// <summary>Proposed tokens to score, or a thought that has ended and is to be written to its end.</summary>
internal readonly record struct Draft(FrameTicket Ticket, FrameSession Session, DraftTokens Tokens, bool Ended) : IFrameMessage
{
    public void Dispose() => Session.Dispose();
}

/// <summary>
/// The unmodified target. It also writes the last token of an ended thought: only the target's weights can, and the flow reads it.
/// </summary>
internal sealed class DeliberativeReasonerActor(Pipeline pipeline, IDeliberativeReasoner reasoner)
    : StageActor<Draft>(pipeline, Name, StageNames.Decode)
{
    internal const string Name = "deliberative-reasoner";

    protected override void Process(Draft message)
    {
        if (message.Ended)
        {
            reasoner.Settle(message.Session);
            Send(Pipeline.Flow, new ReasonedWindow(message.Ticket, message.Session), StageNames.Action);
            return;
        }
        var scores = reasoner.Score(message.Session, message.Tokens);
        Send(Pipeline.Verifier, new ScoredDraft(message.Ticket, message.Session, message.Tokens, scores), StageNames.Decode);
    }
}
