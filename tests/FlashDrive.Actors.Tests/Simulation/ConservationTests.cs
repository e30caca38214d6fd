using FlashDrive.Simulation;

namespace FlashDrive.Actors.Tests.Simulation;

/// <summary>Whatever goes wrong, nothing is lost and the engine goes on.</summary>
public class ConservationTests
{
    private const int Runs = 10_000;

    [Fact]
    public void Nothing_is_lost_and_plans_return_in_ten_thousand_runs()
    {
        foreach (var seed in Seeds())
        {
            var report = SimulationRun.Run(Scenario.Of(seed));
            if (report.Violations.Count > 0) Assert.Fail(SimulationRun.Run(Scenario.Of(seed), keepLog: true).Describe());
        }
    }

    /// <summary>One seed by FLASHDRIVE_SEED, more or fewer runs by FLASHDRIVE_RUNS.</summary>
    private static IEnumerable<ulong> Seeds()
    {
        if (ulong.TryParse(Environment.GetEnvironmentVariable("FLASHDRIVE_SEED"), out var one)) return [one];
        var runs = int.TryParse(Environment.GetEnvironmentVariable("FLASHDRIVE_RUNS"), out var asked) ? asked : Runs;
        return Enumerable.Range(1, runs).Select(i => (ulong)i);
    }
}
