namespace FlashDrive.Runtime.Simulation;

/// <summary>How a simulation behaves, besides its seed.</summary>
public sealed class SimulationSettings
{
    /// <summary>Virtual time that an actor, by name, needs for a message; none when null.</summary>
    public Func<string, object, TimeSpan>? ServiceTime { get; init; }

    /// <summary>May be changed while the simulation runs; messages already taken keep what was decided for them.</summary>
    public SimulationFaults Faults { get; set; } = SimulationFaults.None;

    /// <summary>Most events of one RunFor or RunUntil call: more are taken for actors that keep each other busy for ever.</summary>
    public long MostSteps { get; init; } = 10_000_000;

    /// <summary>Whether <see cref="SimulatedHost.Log"/> is kept. The hash always is.</summary>
    public bool KeepLog { get; init; }

    /// <summary>Most bytes of the kept log; the event that would exceed them throws.</summary>
    public int MostLogBytes { get; init; } = 1 << 24;
}
