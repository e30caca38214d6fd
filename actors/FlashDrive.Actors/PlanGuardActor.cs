using FlashDrive.Actors.Credits;
using FlashDrive.Inference;
using FlashDrive.Inference.Guard;

namespace FlashDrive.Actors;

/// <summary>A plan nobody has looked at yet.</summary>
internal readonly record struct ProposedPlan(FrameTicket Ticket, Plan Plan) : IFrameMessage
{
    public void Dispose()
    {
    }
}

/// <summary>Refuses plans that break a rule: such a frame ends failed(guard, rule), and the fallback is due.</summary>
internal sealed class PlanGuardActor(Pipeline pipeline, PlanGuardStage guard) : StageActor<ProposedPlan>(pipeline, Name, StageNames.Guard)
{
    internal const string Name = "plan-guard";

    protected override void Process(ProposedPlan message)
    {
        var broken = guard.Check(message.Plan, message.Ticket.Tick.History);
        Done();
        if (broken is not { } rule)
        {
            message.Ticket.SentTo(StageNames.Publish, Pipeline.Now);
            Pipeline.Publisher.Tell(new(new AcceptedPlan(message.Ticket, message.Plan)));
            return;
        }
        Volatile.Write(ref message.Ticket.Lane.FallbackDue, 1);
        Ledger.End(message.Ticket, FrameEnd.Failed(StageNames.Guard, rule, $"frame {message.Ticket.FrameId}: the plan breaks the guard's rule '{rule}'", message.Plan));
    }
}
