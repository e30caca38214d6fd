using FlashDrive.Model.Layers;
using FlashDrive.Torch;

namespace FlashDrive.Model.Expert;

/// <summary>
/// One softmax over a shared context and the action tokens' own keys (alpamayo.md §10.3). The context is not copied per sample:
/// all samples of a context multiply it in one product, and each multiplies its own keys in another.
/// </summary>
internal static class CrossAttention
{
    /// <param name="q">[contexts·samples, rows, heads, headDim], samples of one context together.</param>
    /// <param name="own">Own keys and values [contexts·samples, rows, kvHeads, headDim].</param>
    /// <param name="context">[contexts, kvHeads, keys, headDim]</param>
    /// <param name="mask">Additive [contexts·kvHeads, 1, keys] over the context, or null.</param>
    /// <returns>[contexts·samples, rows, heads·headDim]</returns>
    internal static Tensor Forward(Tensor q, (Tensor Keys, Tensor Values) own, (Tensor Keys, Tensor Values) context, Tensor? mask)
    {
        long n = q.size(0), rows = q.size(1), heads = q.size(2), dim = q.size(3);
        long contexts = context.Keys.size(0), kvHeads = context.Keys.size(1), keys = context.Keys.size(2);
        var samples = n / contexts;
        // [n·kvHeads, group·rows, dim]: rows of one (sample, kv head) together, as the softmax and the own keys want them.
        var perSample = Attention.Group(q, kvHeads);
        var perContext = ToContexts(perSample, contexts, samples, kvHeads);
        var contextScores = Attention.Scores(perContext, context.Keys.reshape(contexts * kvHeads, keys, dim), mask);
        var ownKeys = own.Keys.transpose(1, 2).reshape(n * kvHeads, rows, dim);
        var ownValues = own.Values.transpose(1, 2).reshape(n * kvHeads, rows, dim);
        var ownScores = Attention.Scores(perSample, ownKeys, null);

        var weights = torch.cat([ToSamples(contextScores, contexts, samples, kvHeads), ownScores], -1).softmax(-1);
        var contextWeights = ToContexts(weights.narrow(-1, 0, keys), contexts, samples, kvHeads);
        var fromContext = torch.bmm(contextWeights, context.Values.reshape(contexts * kvHeads, keys, dim));
        var mixed = torch.baddbmm(ToSamples(fromContext, contexts, samples, kvHeads), weights.narrow(-1, keys, rows), ownValues);
        return mixed.view(n, heads, rows, dim).transpose(1, 2).reshape(n, rows, heads * dim);
    }

    /// <summary>[contexts·samples·kvHeads, grouped, last] -> [contexts·kvHeads, samples·grouped, last]; no copy for one sample.</summary>
    private static Tensor ToContexts(Tensor x, long contexts, long samples, long kvHeads) =>
        x.reshape(contexts, samples, kvHeads, x.size(1), x.size(2)).transpose(1, 2).reshape(contexts * kvHeads, samples * x.size(1), x.size(2));

    /// <summary>The way back.</summary>
    private static Tensor ToSamples(Tensor x, long contexts, long samples, long kvHeads) =>
        x.reshape(contexts, kvHeads, samples, x.size(1) / samples, x.size(2)).transpose(1, 2).reshape(contexts * samples * kvHeads, x.size(1) / samples, x.size(2));
}
