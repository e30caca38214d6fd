using FlashDrive.Actors.Credits;
using FlashDrive.Inference;
using FlashDrive.Inference.Stages;

namespace FlashDrive.Actors;

/// <summary>A frame to encode.</summary>
internal readonly record struct AdmittedFrame(FrameTicket Ticket, IngestedFrame Frame) : IFrameMessage
{
    public void Dispose()
    {
    }
}

/// <summary>Encodes every admitted frame: its new images only.</summary>
internal sealed class StreamingEncoderActor(Pipeline pipeline, IStreamingEncoder encoder)
    : StageActor<AdmittedFrame>(pipeline, Name, StageNames.Encode)
{
    internal const string Name = "streaming-encoder";

    protected override void Process(AdmittedFrame message)
    {
        var encoded = encoder.Encode(message.Frame);
        Ledger.Return(message.Ticket, CreditKind.EncoderSlot);
        Done();
        message.Ticket.SentTo(StageNames.Prefill, Pipeline.Now);
        Pipeline.Prefill.Tell(new(new EncodedMessage(message.Ticket, encoded)));
    }
}
