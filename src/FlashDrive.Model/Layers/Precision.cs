using FlashDrive.Torch;

namespace FlashDrive.Model.Layers;

/// <summary>Dtype conversions at the borders that alpamayo.md §14 lists.</summary>
internal static class Precision
{
    /// <summary>The tensor itself when it already has the dtype.</summary>
    internal static Tensor Cast(Tensor x, ScalarType dtype) => x.dtype == dtype ? x : x.to(dtype);

    internal static Tensor Float(Tensor x) => Cast(x, ScalarType.Float32);
}
