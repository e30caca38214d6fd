using FlashDrive.Driving;
using FlashDrive.Model.Tokenization;
using FlashDrive.Model.Vision;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Stages;

/// <summary>
/// The vision tower behind the image processor. Images never attend to each other, so only a tick's own images are encoded: their
/// features are the same in whatever window they stand. Not thread-safe: the image processor owns buffers.
/// </summary>
/// <param name="mergeSize">Side of the patch squares that become one token.</param>
/// <param name="ownKernels">Encode by the tower's own kernel.</param>
public sealed class StreamingEncoderStage(VisionTower tower, ImageProcessor processor, int mergeSize, bool ownKernels = false) : IStreamingEncoder
{
    public EncodedFrame Encode(IngestedFrame frame)
    {
        var (grids, features) = Encode(frame.Tick.Frames);
        return new(frame.Facts, grids, features, mergeSize);
    }

    /// <summary>Every image of a window in one pass.</summary>
    public EncodedWindow Encode(IngestedWindow window)
    {
        var (grids, features) = Encode([.. PromptOrder(window)]);
        return new(window, grids, features);
    }

    private (ImageGrid[] Grids, VisionFeatures Features) Encode(IReadOnlyList<CameraFrame> images)
    {
        using var guard = torch.no_grad();
        var grids = new ImageGrid[images.Count];
        for (var i = 0; i < grids.Length; i++) grids[i] = processor.GridOf(images[i].Height, images[i].Width);
        using var scope = torch.NewDisposeScope();
        var features = EncodeRuns(images, grids);
        if (!IsFinite(features)) throw new NonFiniteException("encode", "visual features");
        return (grids, features.DetachFromDisposeScope());
    }

    private static bool IsFinite(VisionFeatures features)
    {
        if (!features.Merged.IsFinite()) return false;
        foreach (var level in features.Deepstack)
            if (!level.IsFinite()) return false;
        return true;
    }

    /// <summary>Camera-major, oldest first: the order of the prompt.</summary>
    private static IEnumerable<CameraFrame> PromptOrder(IngestedWindow window)
    {
        for (var view = 0; view < window.Newest.Frames.Count; view++)
            foreach (var tick in window.Ticks)
                yield return tick.Frames[view];
    }

    /// <summary>One pass of the tower per run of images of one size; usually there is one run.</summary>
    private VisionFeatures EncodeRuns(IReadOnlyList<CameraFrame> images, ImageGrid[] grids)
    {
        var runs = new List<VisionFeatures>();
        for (var start = 0; start < images.Count;)
        {
            var end = start;
            while (end < images.Count && grids[end] == grids[start]) end++;
            runs.Add(EncodeRun(images, start, end, grids[start]));
            start = end;
        }
        return runs.Count == 1 ? runs[0] : new VisionFeatures(
            torch.cat([.. runs.Select(r => r.Merged)]),
            [.. Enumerable.Range(0, runs[0].Deepstack.Count).Select(level => torch.cat([.. runs.Select(r => r.Deepstack[level])]))]);
    }

    private VisionFeatures EncodeRun(IReadOnlyList<CameraFrame> images, int start, int end, ImageGrid grid)
    {
        var perImage = grid.Patches * processor.PatchLength;
        var pixels = torch.empty((long)(end - start) * grid.Patches, processor.PatchLength);
        var rows = pixels.buffer<float>();
        for (var i = start; i < end; i++)
            processor.Process(images[i].Rgb, images[i].Height, images[i].Width, rows.Slice((i - start) * perImage, perImage));
        return ownKernels ? tower.ForwardByKernel(pixels, grid.H, grid.W) : tower.Forward(pixels, grid.H, grid.W);
    }
}
