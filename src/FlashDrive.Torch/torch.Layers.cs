namespace FlashDrive.Torch;

public static partial class torch
{
    /// <summary>
    /// Whole parts of transformer layers in one call: chains of LibTorch's operators and the <see cref="fused"/> kernels in a fixed
    /// order, on any device and floating type, differentiable. A call from C# costs about as much as an operator on one row, so a chain
    /// of twenty would cost twice its arithmetic.
    /// </summary>
    public static class layers
    {
        private static readonly Op LinearOp = new("flashdrive::linear"), FourierOp = new("flashdrive::fourier_features");
        private static readonly Op AttentionOp = new("flashdrive::attention"), CrossAttentionOp = new("flashdrive::cross_attention");
        private static readonly Op ProjectOp = new("flashdrive::decoder_project"), CompleteOp = new("flashdrive::decoder_complete");
        private static readonly Op VisionBlockOp = new("flashdrive::vision_block"), PatchMergerOp = new("flashdrive::patch_merger");

        /// <summary>
        /// x · weightᵀ + bias in the weight's dtype. One float32 row outside the gradient graph goes through the matrix-vector product,
        /// which is 8-10 times faster on OpenBLAS.
        /// </summary>
        /// <param name="x">[.., in] of any floating dtype.</param>
        /// <param name="weight">[out, in]</param>
        public static Tensor linear(Tensor x, Tensor weight, Tensor? bias = null) => LinearOp.Call(x, weight, bias);

        /// <summary>√2·[sin 2πfu …, cos 2πfu …] in float32, the argument formed as ((u·f)·2)·π; u [.., 1], frequencies [n] -> [.., 2n].</summary>
        public static Tensor fourier_features(Tensor u, Tensor frequencies) => FourierOp.Call(u, frequencies);

        /// <summary>Plain softmax attention with grouped key/value heads: KV head g serves query heads g·group ….</summary>
        /// <param name="q">[batch, rows, heads, headDim]</param>
        /// <param name="k">[batch, kvHeads, keys, headDim], v likewise.</param>
        /// <param name="mask">Additive [1 or batch·kvHeads, group·rows or 1, keys], or null.</param>
        /// <returns>[batch, rows, heads·headDim]</returns>
        public static Tensor attention(Tensor q, Tensor k, Tensor v, Tensor? mask) => AttentionOp.Call(q, k, v, mask);

        /// <summary>
        /// One softmax over a context shared by several samples and each sample's own keys. The context is not copied per sample: all
        /// samples of a context multiply it in one product, and each multiplies its own keys in another.
        /// </summary>
        /// <param name="q">[contexts·samples, rows, heads, headDim], samples of one context together.</param>
        /// <param name="ownKeys">[contexts·samples, rows, kvHeads, headDim], values likewise.</param>
        /// <param name="contextKeys">[contexts, kvHeads, keys, headDim], values likewise.</param>
        /// <param name="mask">Additive [contexts·kvHeads, 1, keys] over the context, or null.</param>
        /// <returns>[contexts·samples, rows, heads·headDim]</returns>
        public static Tensor cross_attention(Tensor q, Tensor ownKeys, Tensor ownValues, Tensor contextKeys, Tensor contextValues, Tensor? mask) =>
            CrossAttentionOp.Call(q, ownKeys, ownValues, contextKeys, contextValues, mask);

        /// <summary>A decoder layer up to its attention: norm, projections, norms of queries and keys, rotary embedding.</summary>
        /// <param name="x">[batch, rows, hidden]</param>
        /// <param name="cos">[rows, headDim] or [batch, rows, headDim]; sin likewise.</param>
        /// <returns>Rotated queries [batch, rows, heads, headDim]; keys before and after rotation, values, each [batch, rows, kvHeads, headDim].</returns>
        public static (Tensor Queries, Tensor KeysBeforeRotary, Tensor Keys, Tensor Values) decoder_project(
            Tensor x, Tensor norm, Tensor q, Tensor k, Tensor v, Tensor queryNorm, Tensor keyNorm, Tensor cos, Tensor sin, int headDim, double eps) =>
            ProjectOp.CallFour(x, norm, q, k, v, queryNorm, keyNorm, cos, sin, headDim, eps);

        /// <summary>The rest of a decoder layer: attended [batch, rows, heads·headDim] and the gated MLP added to the residual stream x.</summary>
        public static Tensor decoder_complete(Tensor x, Tensor attended, Tensor o, Tensor norm, Tensor gate, Tensor up, Tensor down, double eps) =>
            CompleteOp.Call(x, attended, o, norm, gate, up, down, eps);

        /// <summary>
        /// A pre-norm block of the vision tower on x [images, patches, hidden]: full attention inside one image, tanh-GELU MLP, norms and
        /// rotation in float32.
        /// </summary>
        /// <param name="cos">[patches, headDim], float32; sin likewise.</param>
        public static Tensor vision_block(
            Tensor x, Tensor cos, Tensor sin, (Tensor Weight, Tensor Bias) norm1, (Tensor Weight, Tensor Bias) qkv, (Tensor Weight, Tensor Bias) projection,
            (Tensor Weight, Tensor Bias) norm2, (Tensor Weight, Tensor Bias) fc1, (Tensor Weight, Tensor Bias) fc2, int heads) =>
            VisionBlockOp.Call(
                x, cos, sin, norm1.Weight, norm1.Bias, qkv.Weight, qkv.Bias, projection.Weight, projection.Bias,
                norm2.Weight, norm2.Bias, fc1.Weight, fc1.Bias, fc2.Weight, fc2.Bias, heads);

        /// <summary>Norm, linear, erf-GELU, linear on regrouped patches; x [.., patches, hidden] -> [patches·hidden / width, out].</summary>
        /// <param name="width">Length of a regrouped row.</param>
        /// <param name="normAfter">The norm stands behind the regrouping, not before it.</param>
        public static Tensor patch_merger(
            Tensor x, (Tensor Weight, Tensor Bias) norm, (Tensor Weight, Tensor Bias) fc1, (Tensor Weight, Tensor Bias) fc2, int width, bool normAfter) =>
            PatchMergerOp.Call(x, norm.Weight, norm.Bias, fc1.Weight, fc1.Bias, fc2.Weight, fc2.Bias, width, normAfter);
    }
}
