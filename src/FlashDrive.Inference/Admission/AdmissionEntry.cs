namespace FlashDrive.Inference.Admission;

/// <summary>What was offered at one tick and what became of it: a line of the admission log.</summary>
/// <param name="Stream">Name of the stream.</param>
/// <param name="Images">Digest of the images.</param>
/// <param name="Motion">Digest of poses and route.</param>
/// <param name="Epoch">Null when the frame was never admitted.</param>
/// <param name="EpochReason">Why its epoch began.</param>
/// <param name="Cold">The plan is the first since the window was restarted: why.</param>
/// <param name="Inserted">Ticks its prefill moved into the window (k of the design); null when it never came to its prefill.</param>
/// <param name="Holes">Ticks of its window that never came.</param>
/// <param name="Refreshed">Its window was computed whole from cached features though the one before it was kept.</param>
/// <param name="Tokens">Digest of the generated tokens, when there is a plan.</param>
/// <param name="Actions">Digest of the drawn actions, when there is a plan.</param>
public sealed record AdmissionEntry(
    string Stream, long Frame, long TickMicroseconds, string Images, string Motion, int? Epoch, string? EpochReason, string? Cold, int? Inserted, int? Holes,
    bool Patched, bool Refreshed, FrameOutcome Outcome, string? Stage, string? Reason, string? Tokens, string? Actions)
{
    // A source's own changes start the same epoch again when the same frames are replayed.
    private static readonly string[] SourceReasons = ["start", "cameras", "resolution", "time_jump"];

    public bool WasAdmitted => Epoch is not null;

    /// <summary>The fate that repeats this entry.</summary>
    /// <param name="previousEpoch">Epoch of the admitted entry before it, or null.</param>
    public FrameFate Fate(int? previousEpoch)
    {
        var lost = Inserted is null && !(Outcome == FrameOutcome.Dropped && Reason == DropReasons.Superseded);
        var reset = Epoch != previousEpoch && !SourceReasons.Contains(EpochReason) ? EpochReason : null;
        return new(Outcome, Stage, Reason, lost, reset);
    }
}
