using FlashDrive.Model.Checkpoints;
using FlashDrive.Torch;

namespace FlashDrive.Model.Vision;

/// <summary>
/// Merges 2×2 patches into one language token (alpamayo.md §6.5). The final merger normalises patches before regrouping them, a
/// deepstack merger the regrouped four after. erf-GELU here, tanh-GELU in the blocks.
/// </summary>
internal sealed class PatchMerger(ParameterSet p, string prefix, int mergedWidth, bool normAfterRegrouping)
{
    private readonly (Tensor, Tensor) _norm = VisionBlock.Pair(p, prefix + "norm");
    private readonly (Tensor, Tensor) _fc1 = VisionBlock.Pair(p, prefix + "linear_fc1"), _fc2 = VisionBlock.Pair(p, prefix + "linear_fc2");

    /// <param name="x">[.., patches, hidden] in merge-block order.</param>
    /// <returns>[patches of all images / 4, language hidden]</returns>
    internal Tensor Forward(Tensor x) => torch.layers.patch_merger(x, _norm, _fc1, _fc2, mergedWidth, normAfterRegrouping);
}
