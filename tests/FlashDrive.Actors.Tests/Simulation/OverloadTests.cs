using FlashDrive.Inference;
using FlashDrive.Inference.Publishing;
using FlashDrive.Simulation;

namespace FlashDrive.Actors.Tests.Simulation;

/// <summary>Several streams on one engine: nobody gets more than its share, and nobody pays for another one's failures.</summary>
public class OverloadTests
{
    private const int Streams = 4;

    private static readonly string[] StagesThatThrow = [StageNames.Encode, StageNames.Prefill, StageNames.Decode, StageNames.Action];

    [Theory]
    [InlineData(null)]
    [InlineData(StageNames.Encode)]
    [InlineData(StageNames.Prefill)]
    [InlineData(StageNames.Decode)]
    [InlineData(StageNames.Action)]
    public void Four_streams_under_overload_get_equal_shares(string? bottleneck)
    {
        var times = ServiceTimes.Bound(bottleneck);
        // Every stream alone needs all of the engine, one of them three times as much.
        var period = times.Longest((1, 3));
        TimeSpan[] periods = [period, 1.1 * period, 0.9 * period, period / 3];
        var scenario = Overload(times, periods) with { Ticks = 600 };
        var counts = new EndCounts(600 * periods.Min());
        Assert.Empty(SimulationRun.Run(scenario, observer: counts).Violations);

        var fair = counts.Plans.Values.Sum() / (double)Streams;
        Assert.True(fair >= 20, $"{fair} plans a stream are too few to compare");
        Assert.Equal(Streams, counts.Plans.Count);
        Assert.All(counts.Plans, plans => Assert.InRange(plans.Value, 0.8 * fair, 1.2 * fair));
    }

    [Fact]
    public void A_crashing_stream_changes_no_bit_of_the_others()
    {
        PlanBits calm = new(), beside = new();
        Assert.Empty(SimulationRun.Run(Lossless, observer: calm).Violations);
        var report = SimulationRun.Run(Lossless with { Poison = Poison }, observer: beside);
        Assert.Empty(report.Violations);
        Assert.Equal(0, report.PipelineRestarts);

        Assert.NotEqual(calm.Of("s0.0"), beside.Of("s0.0"));
        foreach (var stage in StagesThatThrow) Assert.Contains($"Failed {stage} exception", beside.Of("s0.0"));
        for (var stream = 1; stream < Streams; stream++)
        {
            var name = $"s{stream}.0";
            Assert.NotEmpty(calm.Of(name));
            Assert.Equal(Ticks(calm.Of(name)), Ticks(beside.Of(name)));
        }
    }

    private static Scenario Lossless => Overload(ServiceTimes.Bound(null), [.. Enumerable.Repeat(TimeSpan.FromMilliseconds(150), Streams)]) with
    {
        Policy = EdgePolicy.Lossless,
        Ticks = 30,
    };

    private static Scenario Overload(ServiceTimes times, TimeSpan[] periods) => new()
    {
        Seed = 3,
        ScheduleSeed = 4,
        Policy = EdgePolicy.RealTime,
        Streams = Streams,
        Periods = periods,
        Times = times,
        // However seldom a stream's turn comes, it is no gap.
        SourcePeriod = 10_000,
        Limits = RealTimeLimits.None,
    };

    /// <summary>Every third of the first stream's frames, at each stage in turn.</summary>
    private static string? Poison(int stream, long frame) => stream == 0 && frame is > 3 and < 20 && frame % 3 == 1 ? StagesThatThrow[frame / 3 % 4] : null;

    /// <summary>Those of the scenario: how many good ones follow until all streams have planned again depends on time.</summary>
    private static IEnumerable<string> Ticks(string frames) => frames.Split('\n').Take(30);
}
