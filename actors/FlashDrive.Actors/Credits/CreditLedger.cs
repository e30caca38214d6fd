using FlashDrive.Actors.Observation;
using FlashDrive.Actors.Streams;

namespace FlashDrive.Actors.Credits;

/// <summary>
/// Completes tickets and gives their credits back, waking whoever waits for one. The one place where a frame ends, so that the
/// accounts add up: offered = ended + open, and credits in use = credits held by open tickets.
/// </summary>
/// <param name="sessionSlots">Frames of all streams between prefill and plan at the same time.</param>
internal sealed class CreditLedger(IEngineObserver observer, int sessionSlots)
{
    // Who is encoded next is decided when the encoder is free: a frame that waited behind another one would only age there.
    internal const int EncoderSlots = 1;

    internal CreditPool Slots { get; } = new("encoder slot", EncoderSlots);

    internal CreditPool SessionSlots { get; } = new("session slot", sessionSlots);

    /// <summary>Wakes camera ingest: a slot, an encode credit or a frame in an inlet.</summary>
    internal required Wakeup Ingest { get; init; }

    /// <summary>Wakes prefill: a session credit, or a doomed frame that waits there.</summary>
    internal required Wakeup Prefill { get; init; }

    /// <summary>Wakes the publisher: a plan may be held behind a frame that ended.</summary>
    internal required Wakeup Publisher { get; init; }

    /// <summary>Wakes all that could meet a doomed frame where it waits.</summary>
    internal void RingAll()
    {
        Ingest.Ring();
        Prefill.Ring();
        Publisher.Ring();
    }

    /// <summary>Takes a credit for the ticket if there is one.</summary>
    internal bool TryTake(FrameTicket ticket, CreditKind kind)
    {
        if (!PoolOf(ticket.Lane, kind).TryTake()) return false;
        ticket.Hold(kind);
        return true;
    }

    /// <summary>Takes what a prefill needs: the stream's credit and a slot, or neither.</summary>
    internal bool TryTakeSession(FrameTicket ticket)
    {
        if (!TryTake(ticket, CreditKind.SessionSlot)) return false;
        if (TryTake(ticket, CreditKind.Session)) return true;
        // By prefill itself, which has just looked: nobody has to be woken.
        ticket.LetGo(CreditKind.SessionSlot);
        SessionSlots.Return();
        return false;
    }

    /// <summary>Gives the ticket's credit back; nothing when it holds none.</summary>
    internal void Return(FrameTicket ticket, CreditKind kind)
    {
        if (!ticket.LetGo(kind)) return;
        PoolOf(ticket.Lane, kind).Return();
        (kind is CreditKind.Session or CreditKind.SessionSlot ? Prefill : Ingest).Ring();
    }

    /// <summary>Ends a ticket, by its owner. A second end changes nothing and is reported.</summary>
    internal bool End(FrameTicket ticket, FrameEnd end)
    {
        if (!ticket.TryEnd(end))
        {
            observer.EndedTwice(ticket, end);
            return false;
        }
        Return(ticket, CreditKind.EncoderSlot);
        Return(ticket, CreditKind.Encode);
        Return(ticket, CreditKind.Session);
        Return(ticket, CreditKind.SessionSlot);
        ticket.Lane.Close(ticket, end);
        observer.FrameEnded(ticket, end);
        Publisher.Ring();
        // Prefill frees a closed stream with its last frame.
        if (ticket.Lane.IsClosed) Prefill.Ring();
        return true;
    }

    private CreditPool PoolOf(StreamLane lane, CreditKind kind) => kind switch
    {
        CreditKind.EncoderSlot => Slots,
        CreditKind.SessionSlot => SessionSlots,
        CreditKind.Encode => lane.EncodeCredits,
        _ => lane.SessionCredits,
    };
}
