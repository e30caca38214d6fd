using FlashDrive.Actors.Credits;
using FlashDrive.Inference;
using FlashDrive.Simulation;
using FlashDrive.Torch;

namespace FlashDrive.Actors.Tests.Simulation;

/// <summary>
/// One to four streams, one to four sessions, crashes, delays, overload and a bad line: every frame ends exactly once, nothing is lost
/// or stuck, plans leave in order, no mailbox is ever found full, and after the last fault plans return within three periods.
/// </summary>
public class ConservationTests
{
    private const int DefaultRuns = 10_000;

    [Fact]
    public void Ten_thousand_runs_lose_nothing_and_plan_again_after_the_last_fault()
    {
        var ends = new HashSet<FrameEnd>();
        var restarts = 0L;
        foreach (var seed in Seeds())
        {
            var report = SimulationRun.Run(Scenario.Of(seed));
            if (report.Violations.Count > 0) Assert.Fail(SimulationRun.Run(Scenario.Of(seed), keepLog: true).Describe());
            ends.UnionWith(report.Ends);
            restarts += report.PipelineRestarts;
        }
        if (Runs(out _) < 1000) return;
        Assert.True(restarts > 0, "no run restarted its pipeline");
        foreach (var end in EveryEnd) Assert.Contains(end, ends);
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

    /// <summary>What must have happened somewhere in so many runs, or they would not show much.</summary>
    private static IEnumerable<FrameEnd> EveryEnd =>
    [
        new(FrameOutcome.Planned), new(FrameOutcome.Late),
        .. new[] { DropReasons.Warming, DropReasons.Superseded, DropReasons.Inlet, DropReasons.Epoch, DropReasons.Stale, DropReasons.Overtaken, DropReasons.Cancelled }.Select(FrameEnd.Dropped),
        .. new[] { "frame_size", "time_backwards" }.Select(reason => new FrameEnd(FrameOutcome.Refused, StageNames.Ingest, reason)),
        FrameEnd.Failed(StageNames.Guard, "speed"),
        .. new[] { StageNames.Encode, StageNames.Prefill, StageNames.Decode, StageNames.Action, StageNames.Guard, StageNames.Publish }
            .SelectMany(stage => new[] { FrameEnd.Failed(stage, "exception"), FrameEnd.Failed(stage, "restart") }),
    ];

    /// <summary>One seed by FLASHDRIVE_SEED, more or fewer runs by FLASHDRIVE_RUNS.</summary>
    private static int Runs(out ulong? only)
    {
        only = ulong.TryParse(Environment.GetEnvironmentVariable("FLASHDRIVE_SEED"), out var seed) ? seed : null;
        if (only is not null) return 1;
        return int.TryParse(Environment.GetEnvironmentVariable("FLASHDRIVE_RUNS"), out var runs) ? runs : DefaultRuns;
    }

    private static IEnumerable<ulong> Seeds() => Enumerable.Range(1, Runs(out var only)).Select(i => only ?? (ulong)i);
}
