using FlashDrive.Model.Checkpoints;
using FlashDrive.Model.Layers;
using FlashDrive.Torch;

namespace FlashDrive.Model.Vision;

/// <summary>A pre-norm transformer block of the tower (alpamayo.md §6.4): full attention inside one image, tanh-GELU MLP, biases everywhere.</summary>
internal sealed class VisionBlock
{
    private const double Eps = 1e-6;
    private readonly LayerNorm _norm1, _norm2;
    private readonly Linear _qkv, _proj, _fc1, _fc2;
    private readonly int _heads;

    internal VisionBlock(ParameterSet p, string prefix, int heads)
    {
        _heads = heads;
        _norm1 = new(p[prefix + "norm1.weight"], p[prefix + "norm1.bias"], Eps);
        _norm2 = new(p[prefix + "norm2.weight"], p[prefix + "norm2.bias"], Eps);
        _qkv = new(p[prefix + "attn.qkv.weight"], p[prefix + "attn.qkv.bias"]);
        _proj = new(p[prefix + "attn.proj.weight"], p[prefix + "attn.proj.bias"]);
        _fc1 = new(p[prefix + "mlp.linear_fc1.weight"], p[prefix + "mlp.linear_fc1.bias"]);
        _fc2 = new(p[prefix + "mlp.linear_fc2.weight"], p[prefix + "mlp.linear_fc2.bias"]);
    }

    /// <param name="x">[images, patches, hidden], images of one grid size.</param>
    /// <param name="rotary">[patches, headDim], float32.</param>
    internal Tensor Forward(Tensor x, RotaryTables rotary)
    {
        x = x + _proj.Forward(Attend(_norm1.Forward(x), rotary));
        return x + _fc2.Forward(_fc1.Forward(_norm2.Forward(x)).gelu_tanh());
    }

    private Tensor Attend(Tensor x, RotaryTables rotary)
    {
        long images = x.size(0), patches = x.size(1);
        var qkv = _qkv.Forward(x).view(images, patches, 3, _heads, -1);
        var dtype = qkv.dtype;
        // [images, patches, heads, headDim]; rotated in float32 whatever the dtype (§14).
        var q = Precision.Cast(rotary.Rotate(Precision.Float(qkv.select(2, 0))), dtype);
        var k = Precision.Cast(rotary.Rotate(Precision.Float(qkv.select(2, 1))), dtype);
        return Attention.Forward(q, k.transpose(1, 2), qkv.select(2, 2).transpose(1, 2), null);
    }
}
