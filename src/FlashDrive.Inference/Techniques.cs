namespace FlashDrive.Inference;

/// <summary>What makes the engine fast, each for itself: any of them may be on or off, and they compose (flashdrive.md §2-4, §6).</summary>
[Flags]
public enum Techniques
{
    None = 0,

    /// <summary>Own kernels, static buffers and cached tables in place of chains of LibTorch's operators.</summary>
    System = 1,

    /// <summary>Only the newest frame of each view is encoded and prefilled.</summary>
    Streaming = 2,

    /// <summary>Thoughts are drafted in blocks; the target verifies a block in one forward pass.</summary>
    Speculation = 4,

    /// <summary>The flow reuses its velocity where it changes little.</summary>
    Adaptive = 8,

    All = System | Streaming | Speculation | Adaptive,
}
