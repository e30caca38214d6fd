namespace FlashDrive.Runtime.Simulation;

/// <summary>Draws what goes wrong with each handling.</summary>
internal sealed class FaultInjector(SimulationSettings settings, SplitMix64 draws)
{
    private readonly Dictionary<string, FaultRates> _rates = [];
    private SimulationFaults? _ratesOf;
    private InjectedFault _armed;

    public InjectedFault Decide<T>(string actor, T message, long number)
    {
        var faults = settings.Faults;
        if (ReferenceEquals(faults, SimulationFaults.None)) return default;
        if (faults.Decide is { } decide) return decide(actor, message!, number);
        var rates = RatesOf(actor, faults);
        var draw = draws.Below(1000);
        var crash = draw < rates.CrashBefore ? CrashPoint.Before : draw < rates.CrashBefore + rates.CrashAfter ? CrashPoint.After : CrashPoint.None;
        var delay = draws.Chance(rates.Delay) && rates.MaxDelay > TimeSpan.Zero ? TimeSpan.FromTicks(1 + draws.Below(rates.MaxDelay.Ticks)) : TimeSpan.Zero;
        return new InjectedFault(crash, delay);
    }

    public void Arm(InjectedFault fault) => _armed = fault;

    public void Disarm() => _armed = default;

    public bool CrashesAt(string actor, string faultPoint)
    {
        if (_armed.Crash == CrashPoint.During) return _armed.At is null || _armed.At == faultPoint;
        var faults = settings.Faults;
        return !ReferenceEquals(faults, SimulationFaults.None) && faults.Decide is null && draws.Chance(RatesOf(actor, faults).CrashDuring);
    }

    private FaultRates RatesOf(string actor, SimulationFaults faults)
    {
        if (!ReferenceEquals(_ratesOf, faults))
        {
            _rates.Clear();
            _ratesOf = faults;
        }
        if (!_rates.TryGetValue(actor, out var rates)) _rates[actor] = rates = faults.Of(actor);
        return rates;
    }
}
