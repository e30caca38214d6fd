using FlashDrive.Model.Tokenization;
using FlashDrive.Model.Vision;

namespace FlashDrive.Inference.Stages;

/// <summary>The visual features of one tick's images, owned by whoever holds it.</summary>
/// <param name="Grids">Patch grid of every image, cameras ascending.</param>
/// <param name="Features">One row per language token, images in the same order.</param>
/// <param name="MergeSize">Side of the patch squares that become one token.</param>
public sealed record EncodedFrame(FrameFacts Facts, IReadOnlyList<ImageGrid> Grids, VisionFeatures Features, int MergeSize) : IDisposable
{
    /// <summary>Language tokens of one image.</summary>
    public int TokensOf(int view) => Grids[view].Tokens(MergeSize);

    public void Dispose() => Features.Dispose();
}

/// <summary>The visual features of a whole window, owned by whoever holds it.</summary>
/// <param name="Grids">Patch grid of every image in prompt order: camera-major, oldest first.</param>
/// <param name="Features">One row per language token, images in the same order.</param>
public sealed record EncodedWindow(IngestedWindow Window, IReadOnlyList<ImageGrid> Grids, VisionFeatures Features) : IDisposable
{
    public void Dispose() => Features.Dispose();
}
