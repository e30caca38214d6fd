namespace FlashDrive.Inference.Speculation;

/// <summary>Whether thoughts are drafted in blocks and verified by the target (flashdrive.md §3). It changes no token.</summary>
public sealed record DraftingOptions(bool Enabled = false);
