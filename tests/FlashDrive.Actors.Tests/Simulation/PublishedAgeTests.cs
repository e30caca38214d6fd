using FlashDrive.Inference;
using FlashDrive.Inference.Publishing;
using FlashDrive.Simulation;

namespace FlashDrive.Actors.Tests.Simulation;

/// <summary>However slow a stage is, plans are not older than twice the time that one frame alone needs, and what was left out is counted.</summary>
public class PublishedAgeTests
{
    private const int Ticks = 400;

    private static readonly double[] Loads = [0.5, 0.8, 1, 1.2, 1.5, 2, 3, 5];

    [Theory]
    [InlineData(null)]
    [InlineData(StageNames.Encode)]
    [InlineData(StageNames.Prefill)]
    [InlineData(StageNames.Decode)]
    [InlineData(StageNames.Action)]
    public void Age_is_at_most_twice_the_unloaded_latency_at_half_to_five_times_the_load(string? bottleneck)
    {
        var times = ServiceTimes.Bound(bottleneck);
        var unloaded = times.Of((1, 3));
        foreach (var load in Loads)
        {
            var counts = Run(times, load);
            Assert.True(counts.Age(0.99) <= 2 * unloaded, $"{bottleneck ?? "no"} bottleneck at {load} x: p99 of the age is {counts.Age(0.99)}, unloaded {unloaded}");
            Assert.Equal(
                counts.Total, counts.Of("plan") + counts.Of(DropReasons.Superseded) + counts.Of(DropReasons.Inlet) + counts.Of(DropReasons.Overtaken) + counts.Of(DropReasons.Warming));
            if (load >= 1.5) Assert.True(counts.Of("plan") >= 0.5 * Ticks / load, $"only {counts.Of("plan")} plans at {load} x");
            // The encoder takes every frame that the inlet has kept; a slower stage behind it supersedes.
            if (load >= 1.5 && bottleneck != StageNames.Encode) Assert.True(counts.Of(DropReasons.Superseded) >= 20, $"{counts.Of(DropReasons.Superseded)} superseded at {load} x");
            if (load >= 1.5 && bottleneck == StageNames.Encode) Assert.True(counts.Of(DropReasons.Inlet) >= 20, $"{counts.Of(DropReasons.Inlet)} dropped at the inlet at {load} x");
        }
    }

    [Fact]
    public void Without_load_nothing_is_left_out()
    {
        var counts = Run(ServiceTimes.Bound(null), load: 0.5);
        Assert.Equal(counts.Total - counts.Of(DropReasons.Warming), counts.Of("plan"));
    }

    /// <summary>One stream with the default of two sessions, thoughts of one to three tokens.</summary>
    /// <param name="load">Service time of the slowest stage, in periods.</param>
    private static EndCounts Run(ServiceTimes times, double load)
    {
        var counts = new EndCounts();
        var report = SimulationRun.Run(
            new()
            {
                Seed = 3,
                ScheduleSeed = 4,
                Policy = EdgePolicy.RealTime,
                FramesPerCamera = 4,
                Ticks = Ticks,
                Periods = [times.Longest((1, 3)) / load],
                Times = times,
                Limits = RealTimeLimits.None,
            },
            observer: counts);
        Assert.Empty(report.Violations);
        return counts;
    }
}
