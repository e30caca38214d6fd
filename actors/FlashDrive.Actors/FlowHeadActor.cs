using FlashDrive.Actors.Credits;
using FlashDrive.Inference;
using FlashDrive.Inference.Stages;

namespace FlashDrive.Actors;

/// <summary>A thought that has ended, written whole.</summary>
internal readonly record struct ReasonedWindow(FrameTicket Ticket, FrameSession Session) : IFrameMessage
{
    public void Dispose() => Session.Dispose();
}

/// <summary>Draws the trajectories of a thought; the session ends here, unless another thought is to follow.</summary>
internal sealed class FlowHeadActor(Pipeline pipeline, IFlowHead head) : StageActor<ReasonedWindow>(pipeline, Name, StageNames.Action)
{
    internal const string Name = "flow-head";

    protected override void Process(ReasonedWindow message)
    {
        if (head.Denoise(message.Session))
        {
            Send(Pipeline.Routine, new OpenThought(message.Ticket, message.Session), StageNames.Decode);
            return;
        }
        var plan = head.Assemble(message.Session);
        message.Ticket.Work = new(message.Session.Evaluations, message.Session.Drafted, message.Session.Accepted, message.Session.DraftSource, message.Session.Thoughts.Count(thought => thought.Closed));
        message.Session.Dispose();
        Send(Pipeline.Guard, new ProposedPlan(message.Ticket, plan), StageNames.Guard);
    }
}
