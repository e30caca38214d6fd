using FlashDrive.Actors.Credits;
using FlashDrive.Actors.Observation;
using FlashDrive.Inference;
using FlashDrive.Runtime;
using FlashDrive.Torch;

namespace FlashDrive.Actors;

/// <summary>
/// What every stage's actor does around its stage: lets doomed frames and frames of older epochs end, measures, and leaves a throw
/// to its supervision, which ends the frame in hand.
/// </summary>
/// <param name="actor">Name of the actor.</param>
/// <param name="stage">Stable name of the stage (<see cref="StageNames"/>).</param>
internal abstract class StageActor<T>(Pipeline pipeline, string actor, string stage) : IActor<T> where T : IFrameMessage
{
    private FrameTicket? _inHand;
    private TimeSpan _sent, _started;

    protected Pipeline Pipeline => pipeline;

    protected CreditLedger Ledger => pipeline.Ledger;

    /// <summary>LibTorch's thread count is a setting of the calling thread.</summary>
    public virtual void Started() => torch.set_num_threads(pipeline.Options.TorchThreads);

    public void Handle(T message)
    {
        var ticket = message.Ticket;
        if (!Enter(ticket, message)) return;
        (_inHand, _sent, _started) = (ticket, ticket.Sent, pipeline.Now);
        try
        {
            Process(message);
        }
        catch (OperationCanceledException) when (ticket.Doomed is { } doom)
        {
            message.Dispose();
            Ledger.End(ticket, doom);
            return;
        }
        Done();
    }

    /// <summary>Handles the message of a frame that is to go on. Sends as its last act.</summary>
    protected abstract void Process(T message);

    /// <summary>
    /// Reports the handling, once. To be called before the frame is sent on or ended: whoever sees its end has then seen all that was
    /// done for it.
    /// </summary>
    protected void Done()
    {
        if (_inHand is not { } ticket) return;
        _inHand = null;
        pipeline.Observer.StageDone(new(ticket, actor, stage, _sent, _started, pipeline.Now));
    }

    /// <summary>Sends a frame on.</summary>
    protected void Send<TNext>(IActorRef<TNext> next, TNext message, string stageOfNext) where TNext : IFrameMessage
    {
        Done();
        message.Ticket.SentTo(stageOfNext, pipeline.Now);
        next.Tell(message);
    }

    private bool Enter(FrameTicket ticket, T message)
    {
        if (pipeline.EndOf(ticket) is { } end)
        {
            message.Dispose();
            Ledger.End(ticket, end);
            return false;
        }
        ticket.Fate?.Enter(stage);
        return true;
    }
}
