using FlashDrive.Model.Checkpoints;
using FlashDrive.Model.Layers;
using FlashDrive.Torch;

namespace FlashDrive.Model.Vision;

/// <summary>A pre-norm transformer block of the tower (alpamayo.md §6.4): full attention inside one image, tanh-GELU MLP, biases everywhere.</summary>
internal sealed class VisionBlock(ParameterSet p, string prefix, int heads)
{
    private readonly (Tensor, Tensor) _norm1 = Pair(p, prefix + "norm1"), _norm2 = Pair(p, prefix + "norm2");
    private readonly (Tensor, Tensor) _qkv = Pair(p, prefix + "attn.qkv"), _projection = Pair(p, prefix + "attn.proj");
    private readonly (Tensor, Tensor) _fc1 = Pair(p, prefix + "mlp.linear_fc1"), _fc2 = Pair(p, prefix + "mlp.linear_fc2");

    /// <param name="x">[images, patches, hidden], images of one grid size.</param>
    /// <param name="rotary">[patches, headDim], float32.</param>
    internal Tensor Forward(Tensor x, RotaryTables rotary) =>
        torch.layers.vision_block(x, rotary.Cos, rotary.Sin, _norm1, _qkv, _projection, _norm2, _fc1, _fc2, heads);

    /// <summary>Weight and bias.</summary>
    internal static (Tensor Weight, Tensor Bias) Pair(ParameterSet p, string name) => (p[name + ".weight"], p[name + ".bias"]);
}
