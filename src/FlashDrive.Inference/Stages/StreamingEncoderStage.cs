using FlashDrive.Driving;
using FlashDrive.Model.Tokenization;
using FlashDrive.Model.Vision;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Stages;

/// <summary>A window's visual features, owned by whoever holds it.</summary>
/// <param name="Grids">Patch grid of every image in prompt order: camera-major, oldest first.</param>
/// <param name="Features">One row per language token, images in the same order.</param>
public sealed record EncodedFrame(IngestedWindow Window, IReadOnlyList<ImageGrid> Grids, VisionFeatures Features) : IDisposable
{
    public void Dispose() => Features.Dispose();
}

/// <summary>
/// The vision tower behind the image processor. Every image of the window is encoded; images never attend to each other, so each
/// one's features are the same in whatever window it stands. Not thread-safe: it owns the pixel buffer.
/// </summary>
public sealed class StreamingEncoderStage(VisionTower tower, ImageProcessor processor)
{
    public EncodedFrame Encode(IngestedWindow window)
    {
        using var guard = torch.no_grad();
        var images = PromptOrder(window).ToList();
        var grids = images.Select(image => processor.GridOf(image.Height, image.Width)).ToList();
        using var scope = torch.NewDisposeScope();
        var features = EncodeRuns(images, grids);
        if (!features.Merged.IsFinite() || features.Deepstack.Any(level => !level.IsFinite()))
            throw new NonFiniteException("encode", "visual features");
        return new EncodedFrame(window, grids, features.DetachFromDisposeScope());
    }

    /// <summary>Camera-major, oldest first: the order of the prompt.</summary>
    private static IEnumerable<CameraFrame> PromptOrder(IngestedWindow window)
    {
        for (var view = 0; view < window.Newest.Frames.Count; view++)
            foreach (var tick in window.Ticks)
                yield return tick.Frames[view];
    }

    /// <summary>One pass of the tower per run of images of one size; usually there is one run.</summary>
    private VisionFeatures EncodeRuns(List<CameraFrame> images, List<ImageGrid> grids)
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

    private VisionFeatures EncodeRun(List<CameraFrame> images, int start, int end, ImageGrid grid)
    {
        var perImage = grid.Patches * processor.PatchLength;
        var pixels = torch.empty((long)(end - start) * grid.Patches, processor.PatchLength);
        var rows = pixels.data<float>();
        for (var i = start; i < end; i++)
            processor.Process(images[i].Rgb, images[i].Height, images[i].Width, rows.Slice((i - start) * perImage, perImage));
        return tower.Forward(pixels, grid.H, grid.W);
    }
}
