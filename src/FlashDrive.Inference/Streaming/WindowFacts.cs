using FlashDrive.Inference.Stages;

namespace FlashDrive.Inference.Streaming;

/// <summary>Where a window came from.</summary>
/// <param name="Inserted">Ticks this prefill moved into the window, holes included (k of the design).</param>
/// <param name="Holes">Ticks of the window that never came and show the tick before them.</param>
/// <param name="Patched">The window shows something older than its tick: a repeated camera or a hole.</param>
/// <param name="ColdReason">Why the window was restarted, on the first window since; null afterwards.</param>
/// <param name="Refreshed">It was computed whole from the features at hand to end the drift of moved blocks; nothing is missing from it.</param>
public sealed record WindowFacts(FrameFacts Newest, int Inserted, int Holes, bool Patched, string? ColdReason, bool Refreshed = false)
{
    /// <summary>The reason of a refresh among those of windows begun anew.</summary>
    public const string Refresh = "refresh";

    /// <summary>Why all of the window was computed though an earlier one was there, or null.</summary>
    public string? ReprefillReason => ColdReason ?? (Refreshed ? Refresh : null);
}
