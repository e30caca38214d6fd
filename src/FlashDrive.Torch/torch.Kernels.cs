namespace FlashDrive.Torch;

public static partial class torch
{
    /// <summary>
    /// Float32 CPU kernels without a gradient graph whose rows do not know each other: n rows in one call give the bits of n calls with
    /// one row, at any thread count. Bits may differ between CPU levels (AVX-512, AVX2 with FMA, baseline), not within one.
    /// </summary>
    public static partial class kernels
    {
        private static readonly Op PackOp = new("flashdrive::kernel_pack"), LinearOp = new("flashdrive::kernel_linear"), LimitOp = new("flashdrive::kernel_limit");
        private static readonly Op AttentionOp = new("flashdrive::kernel_attention"), MultiplyAddOp = new("flashdrive::kernel_multiply_add"), ReadOp = new("flashdrive::kernel_read");

        /// <summary>The native limit that lets every level through.</summary>
        public const int AnyLevel = 2;

        /// <summary>A weight as the kernels read it: panels of 16 columns, [⌈out / 16⌉, in, 16], the last filled up with zeros.</summary>
        /// <param name="weight">[out, in] float32.</param>
        public static Tensor pack(Tensor weight) => PackOp.Call(weight);

        /// <summary>x · weightᵀ + bias, each output one chain of multiply-adds over ascending inputs.</summary>
        /// <param name="x">[.., in] float32.</param>
        /// <param name="packed">Of <see cref="pack"/>.</param>
        /// <param name="outputs">Rows of the weight that was packed.</param>
        /// <param name="bias">[outputs] or null.</param>
        /// <returns>[.., outputs]</returns>
        public static Tensor linear(Tensor x, Tensor packed, long outputs, Tensor? bias = null) => LinearOp.Call(x, packed, outputs, bias);

        /// <summary>Softmax attention of few rows: row r reads slots up to <paramref name="first"/> + r; keys of a head are read once for a tile of rows.</summary>
        /// <param name="q">[rows, heads, headDim]</param>
        /// <param name="keys">[kvHeads, slots, headDim]; values likewise.</param>
        /// <returns>[rows, heads·headDim]</returns>
        public static Tensor attention(Tensor q, Tensor keys, Tensor values, long first) => AttentionOp.Call(q, keys, values, first);

        /// <summary>Multiply-adds in registers, for the core's peak; returns how many operations (two each) were done.</summary>
        public static long multiply_add(long rounds) => (long)MultiplyAddOp.CallScalar(rounds);

        /// <summary>Reads every element once and returns the sum, for the memory's peak.</summary>
        public static double read(Tensor data) => ReadOp.CallScalar(data);

        /// <summary>Lowers the CPU level of kernels called from this thread, for tests: 0 baseline, 1 AVX2, 2 what the CPU has.</summary>
        /// <returns>The level in use.</returns>
        public static int limit_level(int level) => (int)LimitOp.CallScalar(level);
    }
}
