namespace FlashDrive.Torch;

public static partial class torch
{
    public static partial class kernels
    {
        private static readonly Op PackExpertOp = new("flashdrive::kernel_pack_expert"), ExpertOp = new("flashdrive::kernel_expert");

        /// <summary>The action expert as one run of packed weights, in the order in which a call reads them.</summary>
        /// <param name="parameters">
        /// Per input layer weight, bias and norm; the input projection's weight and bias; its layer norm's weight and bias; the layers
        /// as in <see cref="pack_decoder"/> with the final norm; the output projection's weight and bias.
        /// </param>
        /// <param name="sizes">Those of <see cref="pack_decoder"/>, then input layers and their width.</param>
        /// <param name="frequencies">Fourier table, [features / 2].</param>
        public static Tensor pack_expert(Tensor[] parameters, ReadOnlySpan<long> sizes, Tensor frequencies) => PackExpertOp.Call(parameters, sizes, frequencies);

        /// <summary>
        /// The velocity at noisy actions: Fourier features, input projection, all layers with one softmax over a shared context and each
        /// sample's own keys, output projection. Threads split columns and heads.
        /// </summary>
        /// <param name="x">[samples, rows, 2]</param>
        /// <param name="t">One time per sample.</param>
        /// <param name="cos">[rows, headDim]; sin likewise.</param>
        /// <param name="keys">Per layer rotated keys [1, kvHeads, slots, headDim]; values likewise.</param>
        /// <param name="context">Slots that are read.</param>
        /// <returns>[samples, rows, 2]</returns>
        public static Tensor expert(
            Tensor packed, ReadOnlySpan<long> sizes, double eps, Tensor frequencies, Tensor x, Tensor t, Tensor cos, Tensor sin, Tensor[] keys, Tensor[] values,
            long context) =>
            ExpertOp.Call(packed, sizes, eps, frequencies, x, t, cos, sin, keys, values, context);
    }
}
