using FlashDrive.Actors.Observation;
using FlashDrive.Driving;
using FlashDrive.Inference;

namespace FlashDrive.Service.Drive;

/// <summary>What became of one frame: a line of plans.jsonl (docs/plans-schema.md).</summary>
/// <param name="FrameId">Counts the clip's 10 Hz ticks from 0.</param>
/// <param name="CaptureMicroseconds">The frame's tick, microseconds since the Unix epoch in the clip's own time.</param>
/// <param name="Latency">From the frame being complete to its plan being published.</param>
public sealed record PlanRecord(long FrameId, long CaptureMicroseconds, PlanOutcome Outcome, TimeSpan Latency)
{
    /// <summary>Name of its stream: s0, s1, ...</summary>
    public string Stream { get; init; } = "s0";

    /// <summary>A plan of its own left: in time or late.</summary>
    public bool HasPlan => Outcome is PlanOutcome.Planned or PlanOutcome.Late;

    /// <summary>How its window came about; null without a plan.</summary>
    public PlanMode? Mode { get; init; }

    /// <summary>
    /// How old the oldest of its new images was when the plan left: <see cref="Latency"/> and what the cameras were apart; for a fallback
    /// those of the plan it continues.
    /// </summary>
    public TimeSpan Age { get; init; }

    /// <summary>Spent waiting in front of stages, of <see cref="Latency"/>.</summary>
    public TimeSpan Queued { get; init; }

    /// <summary>Between the first and the last capture of its camera frames.</summary>
    public TimeSpan CameraSpread { get; init; }

    /// <summary>Stable name of the reason for which there is no plan; null for a plan.</summary>
    public string? Reason { get; init; }

    /// <summary>Stable name of why a stage failed; <see cref="Reason"/> names the stage.</summary>
    public string? Cause { get; init; }

    /// <summary>The whole line about a failed or refused frame.</summary>
    public string? Detail { get; init; }

    /// <summary>A camera brought nothing new and its last frame was repeated.</summary>
    public bool Patched { get; init; }

    public string Reasoning { get; init; } = "";

    /// <summary>The generated token ids behind <see cref="Reasoning"/>.</summary>
    public IReadOnlyList<int> Tokens { get; init; } = [];

    /// <summary>Where each token came from: <c>target</c>, <c>rule</c>, or a drafter.</summary>
    public IReadOnlyList<string> TokenSources { get; init; } = [];

    /// <summary><see cref="Reasoning"/> by source.</summary>
    public IReadOnlyList<ThoughtPiece> Pieces { get; init; } = [];

    /// <summary>One per sample, each 64 points in the ego frame at the newest frame.</summary>
    public IReadOnlyList<Trajectory> Trajectories { get; init; } = [];

    public StageTimes Stages { get; init; }

    /// <summary>The path driven afterwards, when the clip knows it.</summary>
    public Trajectory? Truth { get; init; }

    /// <summary>ADE@6.4s of the first sample, metres; null without a truth or a plan.</summary>
    public double? Ade { get; init; }

    /// <summary>The smallest ADE@6.4s of the samples, metres.</summary>
    public double? MinAde { get; init; }

    /// <summary>When the plan was there, in the clip's own time.</summary>
    public long PublishMicroseconds => CaptureMicroseconds + (long)Latency.TotalMicroseconds;
}
