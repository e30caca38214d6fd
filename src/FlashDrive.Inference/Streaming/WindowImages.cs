using FlashDrive.Model.Tokenization;
using FlashDrive.Model.Vision;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Streaming;

/// <summary>A window's ticks as the prompt lists their images: camera-major, oldest first.</summary>
internal sealed class WindowImages(StreamWindow.WindowSlot[] slots)
{
    private readonly int _views = slots[^1].Source.Grids.Count;

    internal IReadOnlyList<ImageGrid> Grids
    {
        get
        {
            var grids = new ImageGrid[_views * slots.Length];
            for (var view = 0; view < _views; view++)
                for (var frame = 0; frame < slots.Length; frame++) grids[view * slots.Length + frame] = slots[frame].Source.Grids[view];
            return grids;
        }
    }

    /// <summary>Features of the newest frames of every view, one row per language token.</summary>
    /// <param name="newest">Frames of one view, 1 to F.</param>
    internal VisionFeatures Features(int newest)
    {
        var levels = slots[^1].Source.Features.Deepstack.Count;
        var deepstack = new Tensor[levels];
        for (var level = 0; level < levels; level++) deepstack[level] = Gather(level, newest);
        return new(Gather(-1, newest), deepstack);
    }

    private Tensor Gather(int level, int newest)
    {
        var parts = new Tensor[_views * newest];
        for (var frame = 0; frame < newest; frame++)
        {
            var source = slots[slots.Length - newest + frame].Source;
            // [tokens of all views, hidden]
            var rows = level < 0 ? source.Features.Merged : source.Features.Deepstack[level];
            var first = 0L;
            for (var view = 0; view < _views; view++)
            {
                var count = source.TokensOf(view);
                parts[view * newest + frame] = rows.narrow(0, first, count);
                first += count;
            }
        }
        return torch.cat(parts);
    }
}
