using FlashDrive.Torch;

namespace FlashDrive.Model.Layers;

/// <summary>Cosines and sines for the rows of one forward pass, each [rows, headDim] with the two halves equal.</summary>
public sealed class RotaryTables(Tensor cos, Tensor sin) : IDisposable
{
    public Tensor Cos => cos;

    public Tensor Sin => sin;

    public RotaryTables To(ScalarType dtype) => new(Precision.Cast(cos, dtype), Precision.Cast(sin, dtype));

    /// <summary>Rotates x [.., rows, heads, headDim] (or [rows, heads, headDim]): x·cos + [−x₂, x₁]·sin over halves.</summary>
    public Tensor Rotate(Tensor x)
    {
        if (x.dtype == ScalarType.Float32 && cos.dtype == ScalarType.Float32) return torch.fused.rotary(x, cos.unsqueeze(-2), sin.unsqueeze(-2));
        var half = x.size(-1) / 2;
        var turned = torch.cat([-x.narrow(-1, half, half), x.narrow(-1, 0, half)], -1);
        // [rows, 1, headDim] broadcasts over heads and over the batch.
        return x * cos.unsqueeze(-2) + turned * sin.unsqueeze(-2);
    }

    /// <summary>Rows of the tables.</summary>
    public RotaryTables Narrow(long start, long length) => new(cos.narrow(0, start, length), sin.narrow(0, start, length));

    public RotaryTables Detach() => new(cos.DetachFromDisposeScope(), sin.DetachFromDisposeScope());

    public void Dispose()
    {
        cos.Dispose();
        sin.Dispose();
    }
}
