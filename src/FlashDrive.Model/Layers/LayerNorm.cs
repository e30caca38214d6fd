using FlashDrive.Torch;

namespace FlashDrive.Model.Layers;

/// <summary>Layer normalisation over the last dimension, computed and returned in float32 (alpamayo.md §14).</summary>
public sealed class LayerNorm
{
    private readonly Tensor _weight, _bias;
    private readonly double _eps;

    public LayerNorm(Tensor weight, Tensor bias, double eps) => (_weight, _bias, _eps) = (weight, bias, eps);

    public Tensor Forward(Tensor x) => torch.layer_norm(Precision.Float(x), Precision.Float(_weight), Precision.Float(_bias), _eps);
}
