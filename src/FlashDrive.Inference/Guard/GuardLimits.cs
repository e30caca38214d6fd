using FlashDrive.Model.Configuration;

namespace FlashDrive.Inference.Guard;

/// <summary>What a plan may ask of the vehicle.</summary>
/// <param name="Acceleration">Bounds in m/s², inclusive.</param>
/// <param name="Curvature">Bounds in 1/m, inclusive.</param>
/// <param name="SpeedStep">Largest difference in m/s between the ego speed and that of the plan's first tenth of a second.</param>
public sealed record GuardLimits((double Low, double High) Acceleration, (double Low, double High) Curvature, double SpeedStep)
{
    // A first step may brake or accelerate at the bounds for 0.1 s; the rest is the difference between fitted and measured speed.
    private const double StepSeconds = 0.1, SpeedTolerance = 1;

    /// <summary>The bounds the checkpoint's action space was made for.</summary>
    public static GuardLimits Of(ActionSpaceConfiguration actions) => new(
        actions.AccelBounds, actions.CurvatureBounds, Math.Max(-actions.AccelBounds.Low, actions.AccelBounds.High) * StepSeconds + SpeedTolerance);
}
