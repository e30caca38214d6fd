using FlashDrive.Actors.Credits;
using FlashDrive.Inference;
using FlashDrive.Inference.Stages;

namespace FlashDrive.Actors;

/// <summary>A session whose thought goes on.</summary>
internal readonly record struct OpenThought(FrameTicket Ticket, FrameSession Session) : IFrameMessage
{
    public void Dispose() => Session.Dispose();
}

/// <summary>Proposes the next tokens of a thought.</summary>
internal sealed class RoutineReasonerActor(Pipeline pipeline, IRoutineReasoner reasoner)
    : StageActor<OpenThought>(pipeline, Name, StageNames.Decode)
{
    internal const string Name = "routine-reasoner";

    protected override void Process(OpenThought message) =>
        Send(Pipeline.Deliberative, new Draft(message.Ticket, message.Session, reasoner.Propose(message.Session), Ended: false), StageNames.Decode);
}
