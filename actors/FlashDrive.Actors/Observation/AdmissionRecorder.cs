using System.Collections.Concurrent;
using FlashDrive.Actors.Credits;
using FlashDrive.Inference.Admission;

namespace FlashDrive.Actors.Observation;

/// <summary>Makes an admission entry of every frame that ends. Images are digested in the producer's thread, before the engine has them.</summary>
/// <param name="add">Takes the entries, from any thread, in the order in which the frames end.</param>
public sealed class AdmissionRecorder(Action<AdmissionEntry> add) : IEngineObserver
{
    // As many as there are open frames.
    private readonly ConcurrentDictionary<FrameTicket, (string Images, string Motion)> _digests = new();

    public void FrameOffered(FrameTicket ticket) => _digests[ticket] = (FrameDigest.OfImages(ticket.Tick), FrameDigest.OfMotion(ticket.Tick));

    public void FrameEnded(FrameTicket ticket, FrameEnd end)
    {
        _digests.TryRemove(ticket, out var digests);
        var (facts, window, plan) = (ticket.Facts, ticket.Window, end.Plan);
        add(new(
            ticket.Lane.Name, ticket.FrameId, ticket.Tick.TickMicroseconds, digests.Images, digests.Motion, facts?.Epoch, facts?.EpochReason, window?.ColdReason,
            window?.Inserted ?? ticket.Inserted, window?.Holes, window?.Patched ?? false, window?.Refreshed ?? false, end.Outcome, end.Stage, end.Reason,
            plan is null ? null : FrameDigest.OfTokens(plan), plan is null ? null : FrameDigest.OfActions(plan)));
    }
}
