using FlashDrive.Model.Configuration;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Kv;

/// <summary>Shape of one token's keys and values over all layers.</summary>
public sealed record KvGeometry(int Layers, int KvHeads, int HeadDim, ScalarType Dtype)
{
    public static KvGeometry Of(TextConfiguration text, ScalarType dtype) => new(text.Layers, text.KvHeads, text.HeadDim, dtype);

    /// <summary>Keys and values of one token.</summary>
    public long BytesPerToken => 2L * Layers * KvHeads * HeadDim * Dtype.ElementSize();
}
