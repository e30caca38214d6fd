using FlashDrive.Driving;

namespace FlashDrive.Service.Drive;

/// <summary>Turns the ticks of one stream into plans. Ticks come in order; not safe for several threads.</summary>
public interface IPlanner : IDisposable
{
    /// <summary>
    /// Plans for the last of <paramref name="waiting"/>; the ones before it, which the engine was too slow for, are encoded so that
    /// the window stays whole.
    /// </summary>
    /// <returns>One record per waiting tick, in order, each with its latency still zero.</returns>
    IReadOnlyList<PlanRecord> Plan(IReadOnlyList<FrameBundle> waiting, CancellationToken cancel);
}
