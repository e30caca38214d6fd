using FlashDrive.Inference;
using FlashDrive.Model.Configuration;
using FlashDrive.Model.Tokenization;

namespace FlashDrive.Service.Bench.Ablation;

/// <summary>
/// Arithmetic and bytes that the stages of a frame cannot do without, from the checkpoint's sizes: two operations a multiply-add,
/// matrix products and attention only (performance.md §5.2). Weights count four bytes: the engine computes in float32 here.
/// </summary>
internal sealed class StageWork(ModelConfiguration model, int vocabulary, ImageGrid grid)
{
    private const int FloatBytes = 4;

    private readonly TextConfiguration _text = model.Text;
    private readonly ExpertConfiguration _expert = model.Expert;

    private static double Layer(double hidden, double intermediate, int heads, int kvHeads, int headDim) =>
        hidden * headDim * (2 * heads + 2 * kvHeads) + 3 * hidden * intermediate;

    private double TextLayer => Layer(_text.Hidden, _text.Intermediate, _text.Heads, _text.KvHeads, _text.HeadDim);

    private double ExpertLayer => Layer(_expert.Hidden, _expert.Intermediate, _expert.Heads, _expert.KvHeads, _expert.HeadDim);

    /// <summary>Operations of the vision tower.</summary>
    public double Encode(int images)
    {
        var v = model.Vision;
        double patches = grid.Patches, merged = v.Hidden * v.MergeSize * v.MergeSize;
        var block = patches * (4.0 * v.Hidden * v.Hidden + 2.0 * v.Hidden * v.Intermediate) + 2 * patches * patches * v.Hidden;
        var mergers = (1 + v.DeepstackIndexes.Count) * patches / (v.MergeSize * v.MergeSize) * (merged * merged + merged * v.OutHidden);
        return 2 * images * (patches * v.PatchLength * v.Hidden + v.Depth * block + mergers);
    }

    /// <summary>Operations of the language model's rows and of their reading; the last layer needs no more than the rows' keys and values and its last row.</summary>
    public double Prefill(FrameCounts counts)
    {
        double keysAndValues = 2.0 * _text.Hidden * _text.KvHeads * _text.HeadDim, reading = 4.0 * _text.Heads * _text.HeadDim;
        return (_text.Layers - 1) * (2.0 * counts.Rows * TextLayer + reading * counts.VisibleKeys)
            + 2.0 * counts.Rows * keysAndValues + 2.0 * (TextLayer - keysAndValues) + reading * counts.Window;
    }

    /// <summary>Bytes of weights, head and cache that the target's passes read; a drafter's are not among them.</summary>
    public double DecodeBytes(FrameCounts counts) =>
        counts.Forwards * FloatBytes * (_text.Layers * (TextLayer + 2.0 * _text.KvHeads * _text.HeadDim * counts.Window) + (double)vocabulary * _text.Hidden);

    /// <summary>Operations of the expert's evaluations.</summary>
    public double Action(FrameCounts counts, int waypoints) => counts.Evaluations * (
        2.0 * waypoints * _expert.Layers * ExpertLayer
        + 4.0 * _expert.Layers * _expert.Heads * _expert.HeadDim * waypoints * (counts.Window + counts.Tokens + waypoints));
}
