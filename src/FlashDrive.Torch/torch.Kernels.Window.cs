namespace FlashDrive.Torch;

public static partial class torch
{
    public static partial class kernels
    {
        private static readonly Op ReadBlocksOp = new("flashdrive::kernel_read_blocks"), WriteBlocksOp = new("flashdrive::kernel_write_blocks");

        /// <summary>
        /// Blocks of a window read into a view: keys rotated by the tables of the slots where they stand, bit for bit as
        /// <see cref="fused.rotary"/>, values copied. float32 on the CPU.
        /// </summary>
        /// <param name="keys">Per block [layers, kvHeads, capacity, headDim] before rotation, of which the first tokens count; values likewise.</param>
        /// <param name="starts">First slot of each block.</param>
        /// <param name="cos">[slots, headDim] of the whole window; sin likewise.</param>
        /// <param name="viewKeys">[layers, kvHeads, slots, headDim], written to; values likewise.</param>
        public static void read_blocks(
            Tensor[] keys, Tensor[] values, long[] tokens, long[] starts, Tensor cos, Tensor sin, Tensor viewKeys, Tensor viewValues) =>
            ReadBlocksOp.Run(keys, values, tokens, starts, cos, sin, viewKeys, viewValues);

        /// <summary>Blocks filled one after another with the rows that a prefill kept.</summary>
        /// <param name="kept">[2, layers, kvHeads, rows, headDim]: keys before rotation and values.</param>
        /// <param name="keys">Per block [layers, kvHeads, capacity, headDim], written to; values likewise.</param>
        public static void write_blocks(Tensor kept, Tensor[] keys, Tensor[] values, long[] tokens) => WriteBlocksOp.Run(kept, keys, values, tokens);
    }
}
