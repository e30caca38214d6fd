using FlashDrive.Torch;

namespace FlashDrive.Model.Layers;

/// <summary>x · weightᵀ + bias; weight [out, in]. The input is cast to the weight's dtype, as autocast does (alpamayo.md §14).</summary>
public sealed class Linear(Tensor weight, Tensor? bias = null)
{
    public Tensor Weight => weight;

    /// <param name="x">[.., in] of any floating dtype.</param>
    /// <returns>[.., out] in the weight's dtype.</returns>
    public Tensor Forward(Tensor x) => torch.layers.linear(x, weight, bias);
}
