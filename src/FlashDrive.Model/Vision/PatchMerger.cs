using FlashDrive.Model.Checkpoints;
using FlashDrive.Model.Layers;
using FlashDrive.Torch;

namespace FlashDrive.Model.Vision;

/// <summary>
/// Merges 2×2 patches into one language token (alpamayo.md §6.5). The final merger normalises patches before regrouping them, a
/// deepstack merger the regrouped four after. erf-GELU here, tanh-GELU in the blocks.
/// </summary>
internal sealed class PatchMerger(ParameterSet p, string prefix, int mergedWidth, bool normAfterRegrouping)
{
    private readonly LayerNorm _norm = new(p[prefix + "norm.weight"], p[prefix + "norm.bias"], 1e-6);
    private readonly Linear _fc1 = new(p[prefix + "linear_fc1.weight"], p[prefix + "linear_fc1.bias"]);
    private readonly Linear _fc2 = new(p[prefix + "linear_fc2.weight"], p[prefix + "linear_fc2.bias"]);

    /// <param name="x">[.., patches, hidden] in merge-block order.</param>
    /// <returns>[patches of all images / 4, language hidden]</returns>
    internal Tensor Forward(Tensor x)
    {
        var rows = normAfterRegrouping ? _norm.Forward(x.reshape(-1, mergedWidth)) : _norm.Forward(x).reshape(-1, mergedWidth);
        return _fc2.Forward(_fc1.Forward(rows).gelu());
    }
}
