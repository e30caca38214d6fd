using FlashDrive.Actors.Credits;
using FlashDrive.Actors.Streams;
using FlashDrive.Inference;
using FlashDrive.Inference.Admission;
using FlashDrive.Inference.Stages;
using FlashDrive.Runtime;
using FlashDrive.Torch;

namespace FlashDrive.Actors;

/// <summary>A frame with its features.</summary>
internal readonly record struct EncodedMessage(FrameTicket Ticket, EncodedFrame Frame) : IFrameMessage
{
    public void Dispose() => Frame.Dispose();
}

/// <summary>What prefill is told: a frame was encoded, or, with none, that a credit returned and waiting frames may go.</summary>
internal readonly record struct PrefillMessage(EncodedMessage? Encoded) : IDisposable
{
    public void Dispose() => Encoded?.Dispose();
}

/// <summary>
/// Keeps encoded frames of every stream until the stream has a session credit, then moves all of them into its window with one
/// prefill (lossless: one by one). Owns each stream's window, features and pools.
/// </summary>
internal sealed class PrefillActor(Pipeline pipeline, IPrefill prefill) : IActor<PrefillMessage>
{
    internal const string Name = "prefill";

    // A window's worth; kept here because a prefill ends the older ones after it has returned.
    private readonly List<EncodedFrame> _inserted = new(pipeline.Options.Engine.FramesPerCamera);
    private int _next;

    public void Started() => torch.set_num_threads(pipeline.Options.TorchThreads);

    public void Handle(PrefillMessage message)
    {
        if (message.Encoded is { } encoded)
        {
            Keep(encoded);
            // Behind the frames that are in the mailbox already, so that a prefill takes the newest.
            pipeline.Ledger.Prefill.Ring();
            return;
        }
        pipeline.Ledger.Prefill.Taken();
        pipeline.DisposeClosedLanes();
        if (Next() is { } lane)
        {
            // One stream at a time: what was encoded meanwhile joins the next prefill.
            pipeline.Ledger.Prefill.Ring();
            Run(lane);
        }
        pipeline.Ledger.Prefill.Looked();
    }

    /// <summary>A frame takes its place; one that finds F waiting displaces the oldest, which would fall out of the window.</summary>
    private void Keep(EncodedMessage encoded)
    {
        var ticket = encoded.Ticket;
        if (pipeline.EndOf(ticket) is { } end)
        {
            encoded.Dispose();
            pipeline.Ledger.End(ticket, end);
            return;
        }
        var waiting = ticket.Lane.Waiting;
        // Lossless, E frames can wait; in a replay those that are to be superseded make room as they did when it was recorded.
        var mayDisplace = pipeline.Options.Policy == EdgePolicy.RealTime || (waiting.Count > 0 && CountOf(ticket.Lane) == 0);
        if (mayDisplace && waiting.Count == pipeline.Options.Engine.FramesPerCamera) Drop(waiting, 0, FrameEnd.Dropped(DropReasons.Superseded));
        waiting.Add(encoded);
    }

    /// <summary>The next stream, in turn, with something to insert and a session for it. Doomed frames end on the way.</summary>
    private StreamLane? Next()
    {
        var lanes = pipeline.Lanes;
        for (var i = 0; i < lanes.Count; i++)
        {
            var place = (_next + i) % lanes.Count;
            var lane = lanes[place];
            for (var k = lane.Waiting.Count - 1; k >= 0; k--)
                if (pipeline.EndOf(lane.Waiting[k].Ticket) is { } end) Drop(lane.Waiting, k, end);
            DropOlderEpochs(lane);
            if (CountOf(lane) == 0 || !pipeline.Ledger.TryTakeSession(lane.Waiting[CountOf(lane) - 1].Ticket)) continue;
            _next = place + 1;
            return lane;
        }
        return null;
    }

    /// <summary>In a replay, frames recorded as superseded whose epoch ended before any prefill took them.</summary>
    private void DropOlderEpochs(StreamLane lane)
    {
        for (var count = CountOf(lane); count > 1 && EpochOf(lane.Waiting[0]) != EpochOf(lane.Waiting[count - 1]); count--)
            Drop(lane.Waiting, 0, FrameEnd.Dropped(DropReasons.Superseded));
    }

    private static int EpochOf(EncodedMessage waiting) => waiting.Frame.Facts.Epoch;

    /// <summary>How many of the waiting frames the next prefill inserts: the recorded number, one, or all.</summary>
    private int CountOf(StreamLane lane)
    {
        var waiting = lane.Waiting;
        if (waiting.Count == 0) return 0;
        if (waiting[0].Ticket.Fate is not null)
        {
            for (var i = 0; i < waiting.Count; i++)
                if (waiting[i].Ticket.Fate is not { IsSuperseded: true }) return i + 1;
            return 0;
        }
        return pipeline.Options.Policy == EdgePolicy.Lossless ? 1 : waiting.Count;
    }

    private void Run(StreamLane lane)
    {
        var count = CountOf(lane);
        var ticket = lane.Waiting[count - 1].Ticket;
        var started = pipeline.Now;
        ticket.Inserted = count;
        _inserted.Clear();
        for (var i = 0; i < count; i++)
        {
            _inserted.Add(lane.Waiting[i].Frame);
            pipeline.Ledger.Return(lane.Waiting[i].Ticket, CreditKind.Encode);
        }
        FrameSession? session = null;
        try
        {
            ticket.Fate?.Enter(StageNames.Prefill);
            if (prefill.Prefill(lane.Prefill, _inserted) is { } window)
            {
                ticket.Window = window.Facts;
                session = new(window, pipeline.Options.Engine, lane.Options.Seed, ticket.IsCancelled, lane.Drafting);
            }
        }
        catch (Exception failure)
        {
            foreach (var frame in _inserted) frame.Dispose();
            EndInserted(lane, count, FrameEnd.Failed(StageNames.Prefill, FailureReasons.Of(failure), failure.Message));
            throw new StageFailureException(ticket, failure);
        }
        pipeline.Observer.StageDone(new(ticket, Name, StageNames.Prefill, ticket.Sent, started, pipeline.Now));
        EndInserted(lane, count, session is null ? FrameEnd.Dropped(DropReasons.Warming) : null);
        if (session is null) return;
        ticket.SentTo(StageNames.Decode, pipeline.Now);
        pipeline.Routine.Tell(new(ticket, session));
    }

    /// <summary>The older frames end superseded; the newest goes on unless it has an end.</summary>
    private void EndInserted(StreamLane lane, int count, FrameEnd? newest)
    {
        for (var i = 0; i < count - 1; i++) pipeline.Ledger.End(lane.Waiting[i].Ticket, FrameEnd.Dropped(DropReasons.Superseded));
        if (newest is not null) pipeline.Ledger.End(lane.Waiting[count - 1].Ticket, newest);
        lane.Waiting.RemoveRange(0, count);
    }

    private void Drop(List<EncodedMessage> waiting, int index, FrameEnd end)
    {
        var dropped = waiting[index];
        waiting.RemoveAt(index);
        dropped.Dispose();
        pipeline.Ledger.End(dropped.Ticket, end);
    }
}
