using FlashDrive.Actors.Credits;
using FlashDrive.Inference;

namespace FlashDrive.Actors.Streams;

/// <summary>A stream's accounts: offered = planned + late + dropped + refused + failed + open, at every moment. Not thread-safe by itself.</summary>
public sealed class StreamCounts
{
    public long Offered { get; internal set; }

    public long Planned { get; private set; }

    public long Late { get; private set; }

    public long Dropped { get; private set; }

    public long Refused { get; private set; }

    public long Failed { get; private set; }

    public long Open { get; internal set; }

    public long Ended => Planned + Late + Dropped + Refused + Failed;

    internal void Add(FrameEnd end)
    {
        switch (end.Outcome)
        {
            case FrameOutcome.Planned: Planned++; break;
            case FrameOutcome.Late: Late++; break;
            case FrameOutcome.Dropped: Dropped++; break;
            case FrameOutcome.Refused: Refused++; break;
            default: Failed++; break;
        }
    }

    internal StreamCounts Copy() => (StreamCounts)MemberwiseClone();
}
