namespace FlashDrive.Inference.Publishing;

/// <summary>Ages that matter, measured from a frame's arrival.</summary>
/// <param name="Deadline">A younger plan is on time.</param>
/// <param name="StaleAfter">A plan of this age is dropped.</param>
/// <param name="FallbackAfter">Without a plan for this long the fallback is published.</param>
/// <param name="ReadyMaxAge">The engine is ready while its last plan is younger.</param>
public sealed record RealTimeLimits(TimeSpan Deadline, TimeSpan StaleAfter, TimeSpan FallbackAfter, TimeSpan ReadyMaxAge)
{
    /// <summary>For lossless runs: nothing is ever late.</summary>
    public static readonly RealTimeLimits None = new(TimeSpan.MaxValue, TimeSpan.MaxValue, TimeSpan.MaxValue, TimeSpan.MaxValue);
}
