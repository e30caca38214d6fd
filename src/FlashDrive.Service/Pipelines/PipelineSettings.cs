using FlashDrive.Inference.Flow;
using FlashDrive.Inference.Publishing;

namespace FlashDrive.Service.Pipelines;

/// <summary>A file of config/pipelines: how many frames are thought about at once, and the real-time limits.</summary>
/// <param name="Sessions">Frames of one stream between prefill and plan at the same time (S of the design).</param>
/// <param name="TorchThreads">LibTorch threads of every stage actor.</param>
/// <param name="Deadline">In <paramref name="Unit"/>s of age, like the three that follow (<see cref="RealTimeLimits"/>).</param>
public sealed record PipelineSettings(
    int Sessions, int TorchThreads, LimitUnit Unit, double Deadline, double StaleAfter, double FallbackAfter, double ReadyMaxAge)
{
    /// <summary>Steps and reused steps of the adaptive flow, for the checkpoint the file is made for (`flashdrive bench velocity`).</summary>
    public FlowOptions AdaptiveFlow { get; init; } = new();

    /// <summary>What a drafted round costs in plain rounds (<see cref="Inference.Speculation.DraftingOptions.CostRatio"/>).</summary>
    public double DraftCostRatio { get; init; } = 1.3;

    /// <param name="serialLatency">Ignored when the limits are counted in milliseconds.</param>
    /// <param name="period">Between two frames: an engine faster than its cameras must not call the next plan missing before its frame has come.</param>
    public RealTimeLimits Limits(TimeSpan serialLatency, TimeSpan period)
    {
        var unit = Unit == LimitUnit.Millisecond ? TimeSpan.FromMilliseconds(1) : serialLatency > period ? serialLatency : period;
        return new(unit * Deadline, unit * StaleAfter, unit * FallbackAfter, unit * ReadyMaxAge);
    }
}
