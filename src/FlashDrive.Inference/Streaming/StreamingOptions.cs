namespace FlashDrive.Inference.Streaming;

/// <summary>Whether a window keeps the keys and values of the frames it shares with the one before it (flashdrive.md §2).</summary>
/// <param name="RefreshEvery">Windows after which one is prefilled whole from cached features, which bounds drift and stale labels; null never.</param>
public sealed record StreamingOptions(bool Enabled = false, int? RefreshEvery = null);
