namespace FlashDrive.Runtime.Simulation;

/// <summary>Where a handling crashes.</summary>
public enum CrashPoint
{
    None,

    /// <summary>Instead of calling Handle: the message is in hand.</summary>
    Before,

    /// <summary>In a call of <see cref="SimulatedHost.FaultPoint"/> inside Handle: the message is in hand.</summary>
    During,

    /// <summary>When Handle has returned: the message is consumed, no message is in hand.</summary>
    After,
}

/// <summary>What goes wrong with one handling.</summary>
/// <param name="Delay">Added to the service time.</param>
/// <param name="At">For a crash during handling: the fault point's name; the first one reached when null.</param>
public readonly record struct InjectedFault(CrashPoint Crash, TimeSpan Delay = default, string? At = null);

/// <summary>How often handlings go wrong, in a thousand. A crash during handling is drawn at every fault point.</summary>
/// <param name="MaxDelay">Delays are drawn evenly between one tick and this.</param>
public readonly record struct FaultRates(int CrashBefore = 0, int CrashDuring = 0, int CrashAfter = 0, int Delay = 0, TimeSpan MaxDelay = default);

/// <summary>Faults inside the simulated engine. Those at its edges are <see cref="EdgeFaults{T}"/>.</summary>
public sealed record SimulationFaults
{
    public static readonly SimulationFaults None = new();

    /// <summary>Of actors without rates of their own.</summary>
    public FaultRates Rates { get; init; }

    /// <summary>By actor's name.</summary>
    public IReadOnlyDictionary<string, FaultRates> RatesOf { get; init; } = new Dictionary<string, FaultRates>();

    /// <summary>Decides instead of the rates. Takes the actor's name, the message, and its number among those the actor took, from 1.</summary>
    public Func<string, object, long, InjectedFault>? Decide { get; init; }

    internal FaultRates Of(string actor) => RatesOf.TryGetValue(actor, out var rates) ? rates : Rates;
}
