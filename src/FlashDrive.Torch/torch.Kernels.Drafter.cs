namespace FlashDrive.Torch;

public static partial class torch
{
    public static partial class kernels
    {
        private static readonly Op PackDrafterOp = new("flashdrive::kernel_pack_drafter"), DrafterOp = new("flashdrive::kernel_drafter");

        /// <summary>A block drafter as one run of packed weights, in the order in which a call reads them.</summary>
        /// <param name="parameters">Feature projection, hidden norm, then the layers as in <see cref="pack_decoder"/> with the final norm.</param>
        /// <param name="sizes">Those of <see cref="pack_decoder"/>, then the length of a feature row.</param>
        public static Tensor pack_drafter(Tensor[] parameters, ReadOnlySpan<long> sizes) => PackDrafterOp.Call(parameters, sizes);

        /// <summary>
        /// A block behind context rows: the context's features are projected once and each layer makes keys and values of them; the
        /// block's rows attend to the context and to each other in both directions.
        /// </summary>
        /// <param name="context">[rows, features]</param>
        /// <param name="block">[block, hidden] embeddings.</param>
        /// <param name="cos">[rows + block, headDim]; sin likewise.</param>
        /// <returns>The block after the final norm, [block, hidden].</returns>
        public static Tensor drafter(Tensor packed, ReadOnlySpan<long> sizes, double eps, Tensor context, Tensor block, Tensor cos, Tensor sin) =>
            DrafterOp.Call(packed, sizes, eps, context, block, cos, sin);
    }
}
