namespace FlashDrive.Inference.Streaming;

/// <summary>Whether a window keeps the keys and values of the frames it shares with the one before it (flashdrive.md §2).</summary>
/// <param name="RefreshEvery">
/// Of so many windows one is prefilled whole from cached features, which bounds drift and stale labels; null never. By default one a
/// minute at 10 Hz: it costs one whole prefill, well under a hundredth of the work, and no error is older than a minute.
/// </param>
public sealed record StreamingOptions(bool Enabled = true, int? RefreshEvery = 600);
