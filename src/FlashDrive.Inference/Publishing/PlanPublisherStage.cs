namespace FlashDrive.Inference.Publishing;

/// <summary>What becomes of an accepted plan.</summary>
public enum PublishDecision
{
    Publish,

    /// <summary>Published, but after its deadline.</summary>
    Late,

    /// <summary>Not published: too old for anybody.</summary>
    Stale,

    /// <summary>Not published: a newer one has left already.</summary>
    Overtaken,
}

/// <summary>Orders a stream's plans and weighs their age. Nothing older than what was published last ever leaves.</summary>
public sealed class PlanPublisherStage(RealTimeLimits limits)
{
    public RealTimeLimits Limits { get; } = limits;

    /// <param name="number">Of the plan's frame in its stream; frames' ids may begin anew with an epoch.</param>
    /// <param name="arrival">When the plan's frame arrived.</param>
    /// <param name="now">On the same clock.</param>
    public PublishDecision Decide(PublisherState state, Plan plan, long number, TimeSpan arrival, TimeSpan now)
    {
        var age = now - arrival;
        if (age >= Limits.StaleAfter) return PublishDecision.Stale;
        if (state.Last is not null && number <= state.LastNumber) return PublishDecision.Overtaken;
        (state.Last, state.LastNumber, state.LastArrival, state.LastPublished) = (plan, number, arrival, now);
        return age > Limits.Deadline ? PublishDecision.Late : PublishDecision.Publish;
    }

    /// <summary>The trajectory to follow while no plan comes, or null when there is none any more: the last plan's horizon has ended.</summary>
    public Plan? Fallback(PublisherState state, TimeSpan now) =>
        state.Last is { } last && Publishing.Fallback.Of(last.Trajectories[0], now - state.LastArrival) is { } braking
            ? last with { Trajectories = [braking] }
            : null;
}
