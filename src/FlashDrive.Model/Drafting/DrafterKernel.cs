using FlashDrive.Model.Checkpoints;
using FlashDrive.Model.Language;
using FlashDrive.Model.Layers;
using FlashDrive.Torch;

namespace FlashDrive.Model.Drafting;

/// <summary>
/// The block drafter on the own kernels: one native call per block, float32 on the CPU without gradients. Weights are packed when the
/// object is made; later changes of the parameters are not seen. Thread-safe.
/// </summary>
internal sealed class DrafterKernel : IDisposable
{
    private readonly long[] _sizes;
    private readonly double _eps;
    private readonly Tensor _packed;

    internal DrafterKernel(DrafterConfiguration c, ParameterSet p)
    {
        using var guard = torch.no_grad();
        (_sizes, _eps) = ([c.Layers, c.Hidden, c.Intermediate, c.Heads, c.KvHeads, c.HeadDim, c.Features], c.RmsNormEps);
        _packed = torch.kernels.pack_drafter([p["fc.weight"], p["hidden_norm.weight"], .. LanguageKernel.Parameters(p, "", c.Layers)], _sizes)
            .DetachFromDisposeScope();
    }

    /// <param name="context">[rows, features]</param>
    /// <param name="block">[block, hidden] embeddings.</param>
    /// <param name="rotary">Tables of the context's and then the block's positions.</param>
    /// <returns>[block, hidden] after the final norm.</returns>
    internal Tensor Forward(Tensor context, Tensor block, RotaryTables rotary) =>
        torch.kernels.drafter(_packed, _sizes, _eps, context, block, rotary.Cos, rotary.Sin);

    public void Dispose() => _packed.Dispose();
}
