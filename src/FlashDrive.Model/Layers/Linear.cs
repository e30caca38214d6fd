using FlashDrive.Torch;

namespace FlashDrive.Model.Layers;

/// <summary>x · weightᵀ + bias; weight [out, in]. The input is cast to the weight's dtype, as autocast does (alpamayo.md §14).</summary>
public sealed class Linear(Tensor weight, Tensor? bias = null)
{
    private readonly long _in = weight.size(1), _out = weight.size(0);
    private readonly ScalarType _dtype = weight.dtype;

    public Tensor Weight => weight;

    /// <param name="x">[.., in] of any floating dtype.</param>
    /// <returns>[.., out] in the weight's dtype.</returns>
    public Tensor Forward(Tensor x)
    {
        x = Precision.Cast(x, _dtype);
        // One float32 row through the general product is 8-10 times slower on OpenBLAS than the matrix-vector one.
        if (_dtype != ScalarType.Float32 || x.numel != _in || torch.is_grad_enabled()) return torch.linear(x, weight, bias);
        var y = torch.mv(weight, x.reshape(_in));
        if (bias is not null) y = y + bias;
        Span<long> result = stackalloc long[x.ndim];
        for (var i = 0; i < result.Length - 1; i++) result[i] = x.size(i);
        result[^1] = _out;
        return y.view(result);
    }
}
