using FlashDrive.Inference;
using FlashDrive.Inference.Stages;
using FlashDrive.Model.Tokenization;
using FlashDrive.Model.Vision;
using FlashDrive.Torch;

namespace FlashDrive.Simulation.StandIns;

/// <summary>One feature per image: its three bytes as a number.</summary>
public sealed class StandInEncoder(StandInOptions options) : IStreamingEncoder
{
    private static readonly ImageGrid[][] Grids = [[], [new(1, 1, 1)], [new(1, 1, 1), new(1, 1, 1)]];

    public EncodedFrame Encode(IngestedFrame frame)
    {
        using var scope = torch.NewDisposeScope();
        var images = frame.Tick.Frames;
        var merged = torch.empty(images.Count, 1);
        var rows = merged.data<float>();
        for (var i = 0; i < rows.Length; i++) rows[i] = images[i].Rgb[0] | (images[i].Rgb[1] << 8) | (images[i].Rgb[2] << 16);
        options.Reach(StageNames.Encode, frame.Facts);
        if (options.Mutant == Mutant.ForgottenTensor && frame.Tick.FrameId % 8 == 3) options.Forgotten.Add(torch.empty(1).DetachFromDisposeScope());
        return new(frame.Facts, Grids[images.Count], new VisionFeatures(merged, []).DetachFromDisposeScope(), MergeSize: 1);
    }
}
