namespace FlashDrive.Torch;

public static partial class torch
{
    public static partial class kernels
    {
        private static readonly Op PackVisionOp = new("flashdrive::kernel_pack_vision"), VisionOp = new("flashdrive::kernel_vision");

        /// <summary>A vision tower as one run of packed weights, in the order in which a call reads them.</summary>
        /// <param name="parameters">
        /// Weight and bias each: patch embedding (flattened); per block norm1, qkv, projection, norm2, fc1, fc2; per merger norm, fc1, fc2,
        /// the final merger first.
        /// </param>
        /// <param name="sizes">Depth, hidden, heads, MLP width, patch length, patches per token, output width.</param>
        /// <param name="deepstack">Blocks after which the deepstack mergers read.</param>
        public static Tensor pack_vision(Tensor[] parameters, ReadOnlySpan<long> sizes, ReadOnlySpan<long> deepstack) =>
            PackVisionOp.Call(parameters, sizes, deepstack);

        /// <summary>The whole tower on images of one size. Threads split columns and images.</summary>
        /// <param name="pixels">[images·patches, patch length]</param>
        /// <param name="positions">Position embedding [patches, hidden].</param>
        /// <param name="cos">[patches, headDim]; sin likewise.</param>
        /// <returns>Merged features and those of each deepstack merger, [images·patches / patches per token, output width].</returns>
        public static Tensor[] vision(
            Tensor packed, ReadOnlySpan<long> sizes, ReadOnlySpan<long> deepstack, Tensor pixels, Tensor positions, Tensor cos, Tensor sin) =>
            VisionOp.CallMany(packed, sizes, deepstack, pixels, positions, cos, sin);
    }
}
