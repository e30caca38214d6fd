namespace FlashDrive.Torch;

public static partial class torch
{
    /// <summary>
    /// Our own CPU kernels for what LibTorch does in many passes over the memory. The differentiable ones are composed of LibTorch's
    /// operators where the kernel does not apply: other types than float32, other devices.
    /// </summary>
    public static class fused
    {
        private static readonly Op AdamwOp = new("flashdrive::adamw_"), RmsNormOp = new("flashdrive::rms_norm");
        private static readonly Op RotaryOp = new("flashdrive::rotary"), SwigluOp = new("flashdrive::swiglu");

        /// <summary>
        /// x / sqrt(mean(x²) + eps) · weight over the last dimension. Computed in float32 for the 16-bit types, cast to x's type, then
        /// weighted.
        /// </summary>
        /// <param name="x">[.., size]</param>
        /// <param name="weight">[size]</param>
        public static Tensor rms_norm(Tensor x, Tensor weight, double eps) => RmsNormOp.Call(x, weight, eps);

        /// <summary>x·cos + [−x₂, x₁]·sin over the two halves of the last dimension.</summary>
        /// <param name="x">[.., headDim]; may be strided.</param>
        /// <param name="cos">Broadcasts to x: [tokens, headDim] for x [.., tokens, headDim], [tokens, 1, headDim] for x [.., tokens, heads, headDim].</param>
        /// <param name="sin">Likewise.</param>
        public static Tensor rotary(Tensor x, Tensor cos, Tensor sin) => RotaryOp.Call(x, cos, sin);

        /// <summary>silu(gate) · up; both of one shape.</summary>
        public static Tensor swiglu(Tensor gate, Tensor up) => SwigluOp.Call(gate, up);

        /// <summary>
        /// One AdamW step with decoupled weight decay (Loshchilov and Hutter 2019) on float32 CPU tensors, in place. Gradients are first
        /// scaled so that their norm over all parameters is at most <paramref name="maxNorm"/>. The result does not depend on the
        /// thread count.
        /// </summary>
        /// <param name="gradients">Per parameter, null where there is none: that parameter and its moments stay as they are.</param>
        /// <param name="expAvg">First moments, shaped as the parameters; zeros before the first step.</param>
        /// <param name="expAvgSq">Second moments likewise.</param>
        /// <param name="step">This step's number, from 1.</param>
        /// <param name="learningRateScale">A factor on the learning rate per parameter; null for 1.</param>
        /// <param name="weightDecay">Weight decay per parameter, scaled by its learning rate; null for none.</param>
        /// <returns>The gradients' norm before clipping. If it is not finite nothing has been changed.</returns>
        public static double adamw(
            Tensor[] parameters, Tensor?[] gradients, Tensor[] expAvg, Tensor[] expAvgSq, long step, double learningRate,
            double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double maxNorm = double.PositiveInfinity,
            double[]? learningRateScale = null, double[]? weightDecay = null) =>
            AdamwOp.CallScalar(
                parameters, Arg.OptionalTensors(gradients), expAvg, expAvgSq, step, learningRate, beta1, beta2, eps, maxNorm,
                Arg.Doubles(learningRateScale ?? []), Arg.Doubles(weightDecay ?? []));
    }
}
