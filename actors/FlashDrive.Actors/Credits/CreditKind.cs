namespace FlashDrive.Actors.Credits;

/// <summary>What a frame may hold. Bit flags of <see cref="FrameTicket"/>.</summary>
[Flags]
public enum CreditKind
{
    None = 0,

    /// <summary>A place in the encoder, shared by all streams: who is admitted next is decided as late as possible.</summary>
    EncoderSlot = 1,

    /// <summary>Admitted and not yet in a prefill; E per stream.</summary>
    Encode = 2,

    /// <summary>Between the start of its prefill and its end; S per stream.</summary>
    Session = 4,

    /// <summary>
    /// The same over all streams: more sessions than keep the stages busy would only age beside each other, until every stream's plans
    /// are stale.
    /// </summary>
    SessionSlot = 8,
}
