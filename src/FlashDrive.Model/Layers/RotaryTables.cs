using FlashDrive.Torch;

namespace FlashDrive.Model.Layers;

/// <summary>Cosines and sines for the rows of one forward pass, each [rows, headDim] with the two halves equal.</summary>
public readonly record struct RotaryTables(Tensor Cos, Tensor Sin) : IDisposable
{
    public RotaryTables To(ScalarType dtype) => new(Precision.Cast(Cos, dtype), Precision.Cast(Sin, dtype));

    /// <summary>Rotates x [.., rows, heads, headDim] (or [rows, heads, headDim]): x·cos + [−x₂, x₁]·sin over halves.</summary>
    public Tensor Rotate(Tensor x) => torch.fused.rotary(x, Cos.unsqueeze(-2), Sin.unsqueeze(-2));

    /// <summary>Rows of the tables.</summary>
    public RotaryTables Narrow(long start, long length) => new(Cos.narrow(0, start, length), Sin.narrow(0, start, length));

    public RotaryTables Detach() => new(Cos.DetachFromDisposeScope(), Sin.DetachFromDisposeScope());

    public void Dispose()
    {
        Cos.Dispose();
        Sin.Dispose();
    }
}
