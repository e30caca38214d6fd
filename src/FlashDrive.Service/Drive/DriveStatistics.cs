using FlashDrive.Driving;
using FlashDrive.Inference;

namespace FlashDrive.Service.Drive;

/// <summary>What a drive added up to so far. Holds a few numbers per frame, so its size is bounded by the clip's length.</summary>
public sealed class DriveStatistics
{
    private readonly List<TimeSpan>[] _stages = [[], [], [], []];
    private readonly List<TimeSpan> _endToEnd = [], _queued = [];
    private readonly SortedDictionary<string, int> _dropped = [], _failed = [], _refused = [], _refusedCameraFrames = [];
    private double _ade, _minAde;

    /// <summary>Every tick of the clip, however it ended.</summary>
    public int Frames { get; private set; }

    /// <summary>Plans in time.</summary>
    public int Planned { get; private set; }

    /// <summary>Plans after their deadline.</summary>
    public int Late { get; private set; }

    public int Plans => Planned + Late;

    /// <summary>Fallbacks that were published; they are the end of no frame.</summary>
    public int Fallbacks { get; private set; }

    /// <summary>The widest spread between the captures of one tick's camera frames, repeated ones left out.</summary>
    public TimeSpan CameraSpread { get; private set; }

    public int Patched { get; private set; }

    public int WithTruth { get; private set; }

    public IReadOnlyDictionary<string, int> Dropped => _dropped;

    public IReadOnlyDictionary<string, int> Failed => _failed;

    public IReadOnlyDictionary<string, int> Refused => _refused;

    /// <summary>Single camera frames that were refused, by reason; their ticks went on with what was there.</summary>
    public IReadOnlyDictionary<string, int> RefusedCameraFrames => _refusedCameraFrames;

    /// <summary>Mean ADE@6.4s of the first sample over the plans with a truth, metres.</summary>
    public double? Ade => WithTruth == 0 ? null : _ade / WithTruth;

    public double? MinAde => WithTruth == 0 ? null : _minAde / WithTruth;

    public Percentiles? EndToEnd => Percentiles.Of(_endToEnd);

    /// <summary>What a plan's frame waited in front of stages, summed over them.</summary>
    public Percentiles? Queued => Percentiles.Of(_queued);

    /// <param name="stage">Index into <see cref="StageNames.All"/>.</param>
    public Percentiles? Stage(int stage) => Percentiles.Of(_stages[stage]);

    public void Add(PlanRecord record)
    {
        if (record.Outcome == PlanOutcome.Fallback)
        {
            Fallbacks++;
            return;
        }
        Frames++;
        if (record.CameraSpread > CameraSpread) CameraSpread = record.CameraSpread;
        switch (record.Outcome)
        {
            case PlanOutcome.Dropped:
                Count(_dropped, record.Reason ?? "unknown");
                return;
            case PlanOutcome.Refused:
                Count(_refused, record.Reason ?? "unknown");
                return;
            case PlanOutcome.Failed:
                Count(_failed, record.Reason ?? "unknown");
                return;
        }
        if (record.Outcome == PlanOutcome.Late) Late++;
        else Planned++;
        if (record.Patched) Patched++;
        _endToEnd.Add(record.Latency);
        _queued.Add(record.Queued);
        for (var stage = 0; stage < _stages.Length; stage++) _stages[stage].Add(record.Stages.Of(stage));
        if (record is not { Ade: { } ade, MinAde: { } minAde }) return;
        WithTruth++;
        _ade += ade;
        _minAde += minAde;
    }

    public void Add(RefusedFrame refused) => Count(_refusedCameraFrames, refused.Reason);

    private static void Count(SortedDictionary<string, int> counts, string reason) =>
        counts[reason] = counts.GetValueOrDefault(reason) + 1;
}
