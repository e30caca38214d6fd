namespace FlashDrive.Torch;

public static partial class torch
{
    /// <summary>Our own CPU kernels for what LibTorch does in many passes over the memory.</summary>
    public static class fused
    {
        private static readonly Op AdamwOp = new("flashdrive::adamw_");

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
