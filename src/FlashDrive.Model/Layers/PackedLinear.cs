using FlashDrive.Torch;

namespace FlashDrive.Model.Layers;

/// <summary>
/// x · weightᵀ + bias by the own kernels (<see cref="torch.kernels"/>): n rows give the bits of n single rows. The weight is copied when
/// the object is made; changes of it afterwards are not seen. Thread-safe.
/// </summary>
public sealed class PackedLinear : IDisposable
{
    private readonly Tensor _packed;
    private readonly Tensor? _bias;

    /// <param name="weight">[out, in] float32 on the CPU.</param>
    /// <param name="bias">[out] or null; stays the caller's.</param>
    public PackedLinear(Tensor weight, Tensor? bias = null)
    {
        using var guard = torch.no_grad();
        (Outputs, _bias) = (weight.size(0), bias);
        _packed = torch.kernels.pack(weight).DetachFromDisposeScope();
    }

    public long Outputs { get; }

    /// <param name="x">[.., in] float32.</param>
    /// <returns>[.., out]</returns>
    public Tensor Forward(Tensor x) => torch.kernels.linear(x, _packed, Outputs, _bias);

    public void Dispose() => _packed.Dispose();
}
