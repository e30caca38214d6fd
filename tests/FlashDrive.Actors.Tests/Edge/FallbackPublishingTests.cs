using FlashDrive.Actors.Observation;
using FlashDrive.Inference.Publishing;
using FlashDrive.Simulation.StandIns;

namespace FlashDrive.Actors.Tests.Edge;

/// <summary>When no plan comes, the last one is followed to rest, and everybody is told so.</summary>
public class FallbackPublishingTests
{
    [Fact]
    public void Without_a_plan_for_the_fallback_time_the_fallback_is_published_until_its_horizon_ends()
    {
        using var engine = new StandInEngine();
        var stream = engine.Open();
        engine.Drive(stream, 5);
        Assert.DoesNotContain(engine.Log.Plans, p => p.Mode == PlanMode.Fallback);

        engine.Host.RunFor(TimeSpan.FromSeconds(10));

        var last = engine.Log.Plans.Last(p => p.Mode != PlanMode.Fallback);
        var fallbacks = engine.Log.Plans.Where(p => p.Mode == PlanMode.Fallback).ToList();
        Assert.All(fallbacks, p => Assert.Equal(last.Plan.FrameId, p.Plan.FrameId));
        Assert.All(fallbacks, p => Assert.Equal(Fallback.Of(last.Plan.Trajectories[0], p.Age)!.Poses.ToArray(), p.Plan.Trajectories[0].Poses.ToArray()));
        Assert.InRange(fallbacks[0].Age, StandInEngine.Limits.FallbackAfter, StandInEngine.Limits.FallbackAfter * 1.25);
        Assert.InRange(fallbacks[^1].Age.TotalSeconds, 6.3, 6.4);
        Assert.Equal((EngineHealth.Degraded, true), (stream.Lane.Health, stream.Lane.IsFallbackActive));

        engine.Drive(stream, 1);
        Assert.Equal((EngineHealth.Healthy, false), (stream.Lane.Health, stream.Lane.IsFallbackActive));
    }

    [Fact]
    public void A_refused_plan_never_leaves_and_the_fallback_does()
    {
        using var engine = new StandInEngine(standIns: new(StandInOptions.TwoFrames, Sessions: 2) { RefusedPlans = 300 });
        var stream = engine.Open();
        engine.Drive(stream, 30);

        var refused = engine.Ends(stream).Where(e => e.Value == "failed(guard, speed)").Select(e => e.Key).ToList();
        Assert.NotEmpty(refused);
        Assert.DoesNotContain(engine.Log.Plans, p => p.Mode != PlanMode.Fallback && refused.Contains(p.Plan.FrameId));
        Assert.Contains(engine.Log.Plans, p => p.Mode == PlanMode.Fallback && p.Age < StandInEngine.Limits.FallbackAfter);
    }
}
