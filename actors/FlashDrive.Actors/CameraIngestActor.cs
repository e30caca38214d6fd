using FlashDrive.Actors.Credits;
using FlashDrive.Actors.Streams;
using FlashDrive.Inference;
using FlashDrive.Inference.Stages;
using FlashDrive.Runtime;

namespace FlashDrive.Actors;

/// <summary>Look at the inlets: a frame came, a credit returned, or a stream is to be reset or closed.</summary>
internal readonly record struct LookAtInlets;

/// <summary>
/// Admits frames from the streams' inlets, round-robin within priority, while there is a place in the encoder and the stream has an
/// encode credit. Owns each stream's grid, epoch and time.
/// </summary>
internal sealed class CameraIngestActor(Pipeline pipeline, CameraIngestStage stage) : IActor<LookAtInlets>
{
    internal const string Name = "camera-ingest";

    private int _next;

    public void Handle(LookAtInlets message)
    {
        pipeline.Ledger.Ingest.Taken();
        var slots = pipeline.Ledger.Slots;
        // The place first: a stream whose turn is taken must be served.
        while (slots.TryTake())
        {
            if (Best() is { } lane && lane.Inlet.Take() is { } ticket)
            {
                ticket.Hold(CreditKind.EncoderSlot);
                Serve(lane, ticket);
                continue;
            }
            slots.Return();
            break;
        }
        pipeline.Ledger.Ingest.Looked();
    }

    /// <summary>The stream whose turn it is among those that could be served.</summary>
    private StreamLane? Best()
    {
        var lanes = pipeline.Lanes;
        StreamLane? best = null;
        var after = _next;
        for (var i = 0; i < lanes.Count; i++)
        {
            var place = (_next + i) % lanes.Count;
            var lane = lanes[place];
            if (lane.Inlet.IsEmpty || !CanServe(lane) || (best is not null && lane.Options.Priority <= best.Options.Priority)) continue;
            (best, after) = (lane, place + 1);
        }
        _next = after;
        return best;
    }

    /// <summary>A closed stream's frame is taken to be ended.</summary>
    private bool CanServe(StreamLane lane) =>
        lane.IsClosed || (lane.EncodeCredits.InUse < lane.EncodeCredits.Total && pipeline.Now.Ticks >= Volatile.Read(ref lane.AdmitFrom));

    private void Serve(StreamLane lane, FrameTicket ticket)
    {
        if (pipeline.EndOf(ticket) is { } end) pipeline.Ledger.End(ticket, end);
        else Admit(lane, ticket);
    }

    private void Admit(StreamLane lane, FrameTicket ticket)
    {
        var ledger = pipeline.Ledger;
        if (Interlocked.Exchange(ref lane.PendingReset, null) is { } reason) lane.Ingest.Reset(reason);
        if (ticket.Fate?.Reset is { } recorded) lane.Ingest.Reset(recorded);
        var started = pipeline.Now;
        try
        {
            var frame = stage.Admit(lane.Ingest, ticket.Tick);
            (ticket.Facts, ticket.SpreadMicroseconds) = (frame.Facts, frame.SpreadMicroseconds);
            Volatile.Write(ref lane.Epoch, frame.Facts.Epoch);
            ledger.TryTake(ticket, CreditKind.Encode);
            pipeline.Observer.StageDone(new(ticket, Name, StageNames.Ingest, ticket.Arrival, started, pipeline.Now));
            ticket.SentTo(StageNames.Encode, pipeline.Now);
            pipeline.Encoder.Tell(new(ticket, frame));
        }
        catch (TickRefusedException refused)
        {
            ledger.End(ticket, new(FrameOutcome.Refused, StageNames.Ingest, refused.Reason, refused.Message));
        }
        catch (Exception e) when (e is not StageFailureException)
        {
            ledger.End(ticket, FrameEnd.Failed(StageNames.Ingest, FailureReasons.Of(e), e.Message));
            throw new StageFailureException(ticket, e);
        }
    }
}
