using FlashDrive.Simulation;
using FlashDrive.Torch;

namespace FlashDrive.Actors.Tests.Simulation;

/// <summary>
/// One to four streams, one to four sessions, crashes, delays, overload and a bad line: every frame ends exactly once, nothing is lost
/// or stuck, plans leave in order, no mailbox is ever found full, and after the last fault plans return within three periods.
/// </summary>
public class ConservationTests
{
    private const int Runs = 10_000;

    [Fact]
    public void Ten_thousand_runs_lose_nothing_and_plan_again_after_the_last_fault()
    {
        var (frames, restarts) = (0L, 0L);
        foreach (var seed in Seeds())
        {
            var report = SimulationRun.Run(Scenario.Of(seed));
            if (report.Violations.Count > 0) Assert.Fail(SimulationRun.Run(Scenario.Of(seed), keepLog: true).Describe());
            (frames, restarts) = (frames + report.Offered, restarts + report.PipelineRestarts);
        }
        Assert.True(frames > 0 && (restarts > 0 || frames < 10_000), $"{frames} frames and {restarts} restarts of the pipeline: nothing went wrong");
    }

    [Fact]
    public void The_same_seed_gives_the_same_event_log_byte_for_byte()
    {
        for (var seed = 1UL; seed <= 100; seed++)
        {
            PlanBits plans = new(), again = new();
            var first = SimulationRun.Run(Scenario.Of(seed), keepLog: true, observer: plans);
            var second = SimulationRun.Run(Scenario.Of(seed), keepLog: true, observer: again);
            Assert.NotEmpty(first.Log);
            Assert.Equal(first.Log, second.Log);
            Assert.Equal(plans.ToString(), again.ToString());
        }
    }

    [Theory]
    [InlineData(Mutant.DoubleCompletion, "and again as")]
    [InlineData(Mutant.ForgottenTensor, "tensors were not disposed")]
    [InlineData(Mutant.ForgottenLease, "blocks are still lent")]
    [InlineData(Mutant.LostCredit, "session (s0.0) credits did not come back")]
    [InlineData(Mutant.UncreditedSend, "already holds its")]
    public void A_planted_bug_is_reported(Mutant mutant, string violation)
    {
        var tensors = torch.LiveTensors;
        Assert.Empty(SimulationRun.Run(Quiet(11)).Violations);
        Assert.Contains(SimulationRun.Run(Quiet(11), mutant).Violations, v => v.Contains(violation, StringComparison.Ordinal));
        Assert.Equal(tensors, torch.LiveTensors);
    }

    [Fact]
    public void A_hundred_seeds_give_at_least_ninety_schedules_and_the_same_plans()
    {
        var schedules = new HashSet<ulong>();
        var results = new HashSet<string>();
        for (var seed = 1UL; seed <= 100; seed++)
        {
            var plans = new PlanBits();
            var report = SimulationRun.Run(Quiet(seed), observer: plans);
            Assert.Empty(report.Violations);
            schedules.Add(report.LogHash);
            results.Add(plans.ToString());
        }
        Assert.True(schedules.Count >= 90, $"{schedules.Count} distinct schedules of 100 seeds");
        Assert.Single(results);
    }

    /// <summary>Three lossless streams and nothing that goes wrong; the seed orders the turns alone.</summary>
    private static Scenario Quiet(ulong scheduleSeed) => new()
    {
        Seed = 1,
        ScheduleSeed = scheduleSeed,
        Streams = 3,
        Periods = [.. Enumerable.Repeat(TimeSpan.FromMilliseconds(20), 3)],
        Times = ServiceTimes.Of(new(5)),
    };

    /// <summary>One seed by FLASHDRIVE_SEED, more or fewer runs by FLASHDRIVE_RUNS.</summary>
    private static IEnumerable<ulong> Seeds()
    {
        if (ulong.TryParse(Environment.GetEnvironmentVariable("FLASHDRIVE_SEED"), out var one)) return [one];
        var runs = int.TryParse(Environment.GetEnvironmentVariable("FLASHDRIVE_RUNS"), out var asked) ? asked : Runs;
        return Enumerable.Range(1, runs).Select(i => (ulong)i);
    }
}
