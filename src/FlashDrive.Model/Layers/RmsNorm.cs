using FlashDrive.Torch;

namespace FlashDrive.Model.Layers;

/// <summary>
/// y = x · rsqrt(mean(x²) + eps), computed in float32, cast to x's dtype, times the weight (alpamayo.md §7). With a float32 stream
/// and a bfloat16 weight the product promotes to float32, as in the expert (§14).
/// </summary>
public sealed class RmsNorm(Tensor weight, double eps)
{
    /// <param name="x">[.., size]</param>
    public Tensor Forward(Tensor x) => torch.fused.rms_norm(x, weight, eps);
}
