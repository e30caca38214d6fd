using System.Text;
using FlashDrive.Actors.Credits;

namespace FlashDrive.Simulation;

/// <summary>What came of a run.</summary>
/// <param name="Violations">Invariants that did not hold; none in a good engine.</param>
/// <param name="Ends">Every way in which a frame ended.</param>
/// <param name="LogHash">Equal for equal runs, event by event.</param>
/// <param name="Log">The event log, when it was kept.</param>
public sealed record SimulationReport(
    Scenario Scenario, IReadOnlyList<string> Violations, IReadOnlySet<FrameEnd> Ends, ulong LogHash, long Steps, long Offered, long Ended, int PipelineRestarts, byte[] Log,
    IReadOnlyList<string> Actors)
{
    /// <summary>The seed, what broke, and the last events.</summary>
    public string Describe(int events = 60)
    {
        var text = new StringBuilder($"seed {Scenario.Seed} ({Scenario.Policy}, {Scenario.Streams} streams, S = {Scenario.Sessions}, F = {Scenario.FramesPerCamera}): re-run it by FLASHDRIVE_SEED={Scenario.Seed}\n");
        foreach (var violation in Violations) text.Append("  ").Append(violation).Append('\n');
        foreach (var line in EventLogText.Tail(Log, Actors, events)) text.Append("    ").Append(line).Append('\n');
        return text.ToString();
    }
}
