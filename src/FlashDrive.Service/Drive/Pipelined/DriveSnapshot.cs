using FlashDrive.Actors.Observation;
using FlashDrive.Actors.Streams;

namespace FlashDrive.Service.Drive.Pipelined;

/// <summary>What a live view shows of an engine at one moment.</summary>
/// <param name="Now">On the engine's clock.</param>
/// <param name="Last">The newest plan of the first stream.</param>
/// <param name="Spans">What the stages did lately.</param>
public sealed record DriveSnapshot(
    TimeSpan Now, PlanRecord? Last, DriveStatistics Total, IReadOnlyList<StreamSnapshot> Streams, IReadOnlyList<TimelineSpan> Spans,
    IReadOnlyList<CreditUse> Credits, EngineHealth Health)
{
    /// <summary>How far back the timeline reaches.</summary>
    public static readonly TimeSpan TimelineLength = TimeSpan.FromSeconds(1);
}

/// <summary>A stream at that moment.</summary>
/// <param name="Counts">The engine's own accounts of it.</param>
public sealed record StreamSnapshot(string Name, StreamCounts Counts, PlanRecord? Last, EngineHealth Health);

/// <summary>Credits of one kind, of all streams together.</summary>
public sealed record CreditUse(string Kind, int InUse, int Total);

/// <summary>One handling of a frame by a stage, on the engine's clock.</summary>
public readonly record struct TimelineSpan(int Stream, long Frame, string Stage, TimeSpan Started, TimeSpan Ended);
