using FlashDrive.Actors.Credits;
using FlashDrive.Actors.Observation;
using FlashDrive.Actors.Streams;
using FlashDrive.Driving;
using FlashDrive.Inference;
using FlashDrive.Inference.Publishing;
using FlashDrive.Runtime;

namespace FlashDrive.Actors;

/// <summary>A plan the guard let through.</summary>
internal readonly record struct AcceptedPlan(FrameTicket Ticket, Plan Plan) : IFrameMessage
{
    public void Dispose()
    {
    }
}

/// <summary>What the publisher is told: a plan, or, with none, that a frame ended or time has passed.</summary>
internal readonly record struct PublisherMessage(AcceptedPlan? Accepted);

/// <summary>
/// Lets plans leave in order of their frames: lossless, by holding a plan while an older frame is open; in real time, by dropping
/// what a newer plan has overtaken. Publishes the fallback when no plan comes. Owns each stream's last published plan.
/// </summary>
internal sealed class PlanPublisherActor(Pipeline pipeline, PlanPublisherStage stage) : IActor<PublisherMessage>
{
    internal const string Name = "plan-publisher";

    private static readonly Comparison<AcceptedPlan> ByNumber = static (a, b) => a.Ticket.Number.CompareTo(b.Ticket.Number);

    public void Handle(PublisherMessage message)
    {
        if (message.Accepted is { } accepted)
        {
            if (pipeline.Options.Policy == EdgePolicy.RealTime)
            {
                Publish(accepted);
                return;
            }
            var held = accepted.Ticket.Lane.Held;
            held.Add(accepted);
            held.Sort(ByNumber);
            Release(accepted.Ticket.Lane);
            return;
        }
        pipeline.Ledger.Publisher.Taken();
        foreach (var lane in pipeline.Lanes)
        {
            Release(lane);
            Watch(lane);
        }
        pipeline.Ledger.Publisher.Looked();
    }

    /// <summary>Publishes held plans that no older open frame stands before.</summary>
    private void Release(StreamLane lane)
    {
        while (lane.Held.Count > 0 && lane.OldestOpen() >= lane.Held[0].Ticket.Number)
        {
            var first = lane.Held[0];
            lane.Held.RemoveAt(0);
            Publish(first);
        }
    }

    private void Publish(AcceptedPlan accepted)
    {
        var ticket = accepted.Ticket;
        if (pipeline.EndOf(ticket) is { } end)
        {
            pipeline.Ledger.End(ticket, end);
            return;
        }
        var now = pipeline.Now;
        var decision = stage.Decide(ticket.Lane.Publishing, accepted.Plan, ticket.Number, ticket.Arrival, now);
        pipeline.Observer.StageDone(new(ticket, Name, StageNames.Publish, ticket.Sent, now, pipeline.Now));
        if (decision is PublishDecision.Publish or PublishDecision.Late)
        {
            var late = decision == PublishDecision.Late;
            Volatile.Write(ref ticket.Lane.FallbackActive, 0);
            var latency = now - ticket.Arrival;
            pipeline.Observer.Published(new(ticket.Lane, accepted.Plan, PublishedPlan.ModeOf(accepted.Plan), latency + AgeAtArrival(ticket.Tick), latency, late));
            Volatile.Write(ref ticket.Lane.FallbackDue, 0);
            pipeline.Supervision.Published(ticket.Lane);
            pipeline.Ledger.End(ticket, new(late ? FrameOutcome.Late : FrameOutcome.Planned, Plan: accepted.Plan));
            return;
        }
        pipeline.Ledger.End(ticket, FrameEnd.Dropped(decision == PublishDecision.Stale ? DropReasons.Stale : DropReasons.Overtaken));
    }

    /// <summary>The fallback takes over when a plan was refused or none came for too long, until its horizon ends.</summary>
    private void Watch(StreamLane lane)
    {
        if (pipeline.Options.Policy == EdgePolicy.Lossless || lane.IsClosed || lane.Publishing.Last is null) return;
        var now = pipeline.Now;
        var silent = now - lane.Publishing.LastPublished >= stage.Limits.FallbackAfter;
        var refused = Interlocked.Exchange(ref lane.FallbackDue, 0) == 1;
        // Every end of any stream's frame comes by here; silence alone repeats the fallback at the pace of the engine's timer.
        if (!refused && !(silent && now - lane.LastFallback >= stage.Limits.FallbackAfter / DrivingEngine.FallbackLooks)) return;
        if (silent) pipeline.ChangeHealth(lane, EngineHealth.Degraded, "no_plan");
        if (stage.Fallback(lane.Publishing, now) is not { } plan) return;
        lane.LastFallback = now;
        Volatile.Write(ref lane.FallbackActive, 1);
        var age = now - lane.Publishing.LastArrival;
        pipeline.Observer.Published(new(lane, plan, PlanMode.Fallback, age, age, Late: false));
    }

    /// <summary>A tick is as old as its oldest camera; repeated ones are known to be older and mark the plan patched.</summary>
    private static TimeSpan AgeAtArrival(FrameBundle tick) =>
        tick.NewCaptures is { } captures ? TimeSpan.FromMicroseconds(tick.TickMicroseconds - captures.Oldest) : TimeSpan.Zero;
}
