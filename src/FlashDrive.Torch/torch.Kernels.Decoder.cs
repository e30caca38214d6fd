namespace FlashDrive.Torch;

public static partial class torch
{
    public static partial class kernels
    {
        private static readonly Op PackDecoderOp = new("flashdrive::kernel_pack_decoder"), DecoderOp = new("flashdrive::kernel_decoder");

        /// <summary>A stack of Qwen3 decoder layers as one run of packed weights, in the order in which a call reads them.</summary>
        /// <param name="parameters">
        /// Per layer: input norm, q, k, v, query norm, key norm, o, post-attention norm, gate, up, down; behind the last the final norm.
        /// </param>
        /// <param name="sizes">Layers, hidden, MLP width, heads, key/value heads, head dimension.</param>
        public static Tensor pack_decoder(Tensor[] parameters, ReadOnlySpan<long> sizes) => PackDecoderOp.Call(parameters, sizes);

        /// <summary>
        /// The decoder stack on rows that stand in slots of a cache: each row's rotated key and its value are written to its slot, and
        /// it reads every slot up to its own. Threads split columns and heads.
        /// </summary>
        /// <param name="packed">Of <see cref="pack_decoder"/>.</param>
        /// <param name="x">[rows, hidden]</param>
        /// <param name="cos">[rows, headDim]; sin likewise.</param>
        /// <param name="keys">Per layer rotated keys [1, kvHeads, slots, headDim], written to; values likewise.</param>
        /// <param name="first">Slot of row 0; the others follow it.</param>
        /// <param name="slots">Ascending slots of the rows, int64 [rows], in place of <paramref name="first"/>; or null.</param>
        /// <param name="deepstackRows">int64 places of rows to which level i of <paramref name="deepstack"/> is added after layer i; or null.</param>
        /// <param name="outputFrom">First row whose result is wanted; the last layer goes no further with those before it.</param>
        /// <param name="norm">Whether the result passes the final norm.</param>
        /// <param name="capture">Layers after which the residual stream is written to <paramref name="captured"/>, [rows − captureFrom, layers·hidden].</param>
        /// <param name="captureFrom">First row that is captured.</param>
        /// <param name="kept">Null, or receives keys before rotation and values, [2, layers, kvHeads, rows, headDim].</param>
        /// <returns>[rows − outputFrom, hidden]</returns>
        public static Tensor decoder(
            Tensor packed, ReadOnlySpan<long> sizes, double eps, Tensor x, Tensor cos, Tensor sin, Tensor[] keys, Tensor[] values, long first, Tensor? slots,
            Tensor? deepstackRows, Tensor[] deepstack, long outputFrom, bool norm, ReadOnlySpan<long> capture, long captureFrom, Tensor? captured,
            Tensor? kept) =>
            DecoderOp.Call(
                packed, sizes, eps, x, cos, sin, keys, values, first, slots, deepstackRows, deepstack, outputFrom, norm, capture, captureFrom, captured, kept);
    }
}
