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
    public static Tensor Forward(Tensor q, Tensor k, Tensor v, Tensor? mask)
    {
        long batch = q.size(0), rows = q.size(1), heads = q.size(2), dim = q.size(3), kvHeads = k.size(1), keys = k.size(2);
        var group = heads / kvHeads;
        var grouped = Group(q, kvHeads);
        var scores = Scores(grouped, k.reshape(batch * kvHeads, keys, dim), mask);
        // [batch·kvHeads, group·rows, headDim]
        var mixed = torch.bmm(scores.softmax(-1), v.reshape(batch * kvHeads, keys, dim));
        return mixed.view(batch, heads, rows, dim).transpose(1, 2).reshape(batch, rows, heads * dim);
    }

    /// <summary>[batch, rows, heads, headDim] -> [batch·kvHeads, group·rows, headDim]: one product per KV head serves its whole group.</summary>
    internal static Tensor Group(Tensor q, long kvHeads)
    {
        long batch = q.size(0), rows = q.size(1), heads = q.size(2), dim = q.size(3);
        return q.transpose(1, 2).reshape(batch * kvHeads, heads / kvHeads * rows, dim);
    }

    /// <summary>Scaled scores [n, rows, keys] plus the mask.</summary>
    internal static Tensor Scores(Tensor q, Tensor k, Tensor? mask)
    {
        var scale = 1 / Math.Sqrt(q.size(-1));
        var transposed = k.transpose(1, 2);
        return mask is null ? torch.bmm(q, transposed) * scale : torch.baddbmm(mask, q, transposed, alpha: scale);
    }
}
