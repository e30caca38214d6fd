using FlashDrive.Torch;

namespace FlashDrive.Model.Layers;

/// <summary>Plain softmax attention with grouped key/value heads: KV head g serves query heads g·group … (alpamayo.md §7).</summary>
public static class Attention
{
    /// <param name="q">[batch, rows, heads, headDim]</param>
    /// <param name="k">[batch, kvHeads, keys, headDim]</param>
    /// <param name="v">[batch, kvHeads, keys, headDim]</param>
    /// <param name="mask">Additive [1 or batch·kvHeads, group·rows or 1, keys] (see <see cref="AttentionMask"/>), or null.</param>
    /// <returns>[batch, rows, heads·headDim]</returns>
    public static Tensor Forward(Tensor q, Tensor k, Tensor v, Tensor? mask) => torch.layers.attention(q, k, v, mask);
}
