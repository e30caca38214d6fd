using FlashDrive.Driving;

namespace FlashDrive.Inference.Stages;

/// <summary>What later stages need of a tick: everything but its images.</summary>
/// <param name="Cameras">Ascending indices.</param>
/// <param name="Patched">A camera is repeated.</param>
/// <param name="Epoch">Frames of different epochs never share a window.</param>
/// <param name="EpochReason">Why the epoch began.</param>
public sealed record FrameFacts(
    long FrameId, long TickMicroseconds, IReadOnlyList<int> Cameras, EgoHistory History, string? Navigation, bool Patched, int Epoch, string EpochReason);

/// <summary>A tick that was checked and belongs to an epoch.</summary>
/// <param name="SpreadMicroseconds">Between the oldest and the newest of its cameras, repeated ones left out.</param>
public sealed record IngestedFrame(FrameBundle Tick, FrameFacts Facts, long SpreadMicroseconds);

/// <summary>The ticks of a whole window with their images.</summary>
/// <param name="Ticks">Oldest first, one per frame of a view; the last is the newest tick.</param>
public sealed record IngestedWindow(IReadOnlyList<FrameBundle> Ticks)
{
    public FrameBundle Newest => Ticks[^1];
}
