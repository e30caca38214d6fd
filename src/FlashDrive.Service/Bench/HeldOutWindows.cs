using FlashDrive.Inference.Stages;
using FlashDrive.Training.Samples;

namespace FlashDrive.Service.Bench;

/// <summary>Single whole windows from held-out clips of the world, so many ticks apart that each shows something new.</summary>
internal static class HeldOutWindows
{
    private const int PerClip = 4, Apart = 30;

    /// <summary>The same number always names the same window.</summary>
    public static IngestedWindow At(int index) => WorldClip.HeldOut(index / PerClip, PerClip * Apart).Window(index % PerClip * Apart);
}
