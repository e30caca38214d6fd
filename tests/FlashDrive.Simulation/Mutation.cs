using FlashDrive.Actors;
using FlashDrive.Actors.Credits;

namespace FlashDrive.Simulation;

/// <summary>Does what a faulty actor would do, right after the right one has done its work.</summary>
internal sealed class Mutation(Mutant mutant, DrivingEngine engine)
{
    internal void AfterHandling(string actor, object message)
    {
        if (mutant == Mutant.None || message is not ReasonedWindow { Ticket: var ticket } || ticket.FrameId % 8 != 3) return;
        switch (mutant)
        {
            case Mutant.DoubleCompletion:
                engine.Pipeline.Ledger.End(ticket, FrameEnd.Dropped("mutant"));
                break;
            case Mutant.LostCredit:
                ticket.LetGo(CreditKind.Session);
                break;
            case Mutant.UncreditedSend:
                while (true) engine.Pipeline.Prefill.Tell(default);
        }
    }
}
