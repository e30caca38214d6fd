using FlashDrive.Actors.Credits;
using FlashDrive.Actors.Observation;
using FlashDrive.Driving;
using FlashDrive.Inference;

namespace FlashDrive.Service.Drive.Pipelined;

/// <summary>A frame that ended, or a fallback that left, on its way to the report.</summary>
/// <param name="Published">What left the engine; null when nothing did.</param>
internal sealed record EndedFrame(FrameTicket? Ticket, FrameEnd? End, FrameAccount? Account, PublishedPlan? Published)
{
    public FrameBundle? Bundle => Ticket?.Tick;

    public PlanRecord ToRecord()
    {
        if (Ticket is null || End is null || Account is null) return PlanRecords.Fallback(Published!);
        var record = PlanRecords.Of(Ticket.Tick, End.Outcome, End.Plan, End.Stage, End.Reason, End.Detail) with { Stream = Ticket.Lane.Name };
        return record.HasPlan && Published is { } published
            ? record with
            {
                Stages = Account.Times,
                Queued = Account.Queued,
                Latency = published.Latency,
                Age = published.Age,
                Mode = published.Mode,
                Patched = published.Mode == PlanMode.Patched || record.Patched,
            }
            : record;
    }
}
