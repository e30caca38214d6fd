using FlashDrive.Torch;

namespace FlashDrive.Model.Vision;

/// <summary>What the tower makes of images: one row per language token, images in call order.</summary>
/// <param name="Merged">[tokens, language hidden]: the image embeddings.</param>
/// <param name="Deepstack">Per deepstack level [tokens, language hidden], added after language layer 0, 1, …</param>
public sealed record VisionFeatures(Tensor Merged, IReadOnlyList<Tensor> Deepstack) : IDisposable
{
    public void Dispose()
    {
        Merged.Dispose();
        foreach (var level in Deepstack) level.Dispose();
    }

    public VisionFeatures DetachFromDisposeScope()
    {
        Merged.DetachFromDisposeScope();
        foreach (var level in Deepstack) level.DetachFromDisposeScope();
        return this;
    }

    public VisionFeatures MoveToOuterDisposeScope()
    {
        Merged.MoveToOuterDisposeScope();
        foreach (var level in Deepstack) level.MoveToOuterDisposeScope();
        return this;
    }
}
