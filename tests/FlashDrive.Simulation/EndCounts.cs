using FlashDrive.Actors.Credits;
using FlashDrive.Actors.Observation;
using FlashDrive.Inference;

namespace FlashDrive.Simulation;

/// <summary>Ages of the plans that left and how frames ended. For one thread.</summary>
/// <param name="until">Frames that arrived later do not count.</param>
public sealed class EndCounts(TimeSpan until) : IEngineObserver
{
    private readonly List<TimeSpan> _ages = [];
    private readonly SortedDictionary<string, int> _plans = [];
    private readonly SortedDictionary<string, int> _ends = [];

    public EndCounts() : this(TimeSpan.MaxValue)
    {
    }

    /// <summary>Plans by stream.</summary>
    public IReadOnlyDictionary<string, int> Plans => _plans;

    /// <summary>Frames that ended with this reason; planned ones with "plan".</summary>
    public int Of(string reason) => _ends.GetValueOrDefault(reason);

    public int Total => _ends.Values.Sum();

    /// <summary>Age of plans when they left.</summary>
    /// <param name="share">0 to 1.</param>
    public TimeSpan Age(double share)
    {
        _ages.Sort();
        return _ages[(int)Math.Ceiling(share * _ages.Count) - 1];
    }

    public void Published(PublishedPlan plan)
    {
        if (plan.Mode != PlanMode.Fallback) _ages.Add(plan.Age);
    }

    public void FrameEnded(FrameTicket ticket, FrameEnd end)
    {
        if (ticket.Arrival > until) return;
        var planned = end.Outcome is FrameOutcome.Planned or FrameOutcome.Late;
        Count(_ends, planned ? "plan" : end.Reason!);
        if (planned) Count(_plans, ticket.Lane.Name);
    }

    private static void Count(SortedDictionary<string, int> counts, string key) => counts[key] = counts.GetValueOrDefault(key) + 1;
}
