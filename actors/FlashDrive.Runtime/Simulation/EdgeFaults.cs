namespace FlashDrive.Runtime.Simulation;

/// <summary>How often inputs go wrong, in a thousand.</summary>
/// <param name="Reordering">Inputs delayed by up to <paramref name="MaxDelay"/>, so that later ones may overtake them.</param>
/// <param name="MaxDelay">Also the most that a duplicate comes after its original.</param>
public sealed record EdgeFaultRates(int Loss = 0, int Duplication = 0, int Reordering = 0, TimeSpan MaxDelay = default);

/// <summary>Inputs as they come over a bad line.</summary>
/// <param name="Arrivals">Ordered by time; equal times keep the order of the inputs, a duplicate after its original.</param>
/// <param name="Lost">Inputs that never come: the caller's to dispose.</param>
public sealed record FaultedInputs<T>(IReadOnlyList<Arrival<T>> Arrivals, IReadOnlyList<T> Lost, int Duplicated, int Delayed);

/// <summary>Loses, duplicates and reorders inputs at the outer edge of an engine. Inside it, messages do none of these.</summary>
public sealed class EdgeFaults<T>
{
    private readonly SplitMix64 _draws;
    private readonly EdgeFaultRates _rates;
    private readonly Func<T, T> _copy;

    /// <param name="copy">Makes the duplicate; the same object comes twice when null.</param>
    public EdgeFaults(ulong seed, EdgeFaultRates rates, Func<T, T>? copy = null)
    {
        ArgumentNullException.ThrowIfNull(rates);
        foreach (var (name, rate) in ((string, int)[])[(nameof(rates.Loss), rates.Loss), (nameof(rates.Duplication), rates.Duplication), (nameof(rates.Reordering), rates.Reordering)])
            if (rate is < 0 or > 1000)
                throw new ArgumentOutOfRangeException(nameof(rates), rate, $"{name} must be 0 to 1000 in a thousand");
        if (rates.MaxDelay < TimeSpan.Zero || (rates.Reordering > 0 && rates.MaxDelay == TimeSpan.Zero))
            throw new ArgumentOutOfRangeException(nameof(rates), rates.MaxDelay, $"{nameof(rates.MaxDelay)} must be above zero for inputs to change places");
        _draws = new SplitMix64(seed);
        _rates = rates;
        _copy = copy ?? (static item => item);
    }

    /// <summary>Spoils a whole sequence of inputs. A second call goes on drawing.</summary>
    public FaultedInputs<T> Apply(IEnumerable<Arrival<T>> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        List<Arrival<T>> arrivals = [];
        List<T> lost = [];
        int duplicated = 0, delayed = 0;
        foreach (var input in inputs)
        {
            if (_draws.Chance(_rates.Loss))
            {
                lost.Add(input.Item);
                continue;
            }
            var original = input;
            if (_draws.Chance(_rates.Reordering))
            {
                original = input with { At = input.At + TimeSpan.FromTicks(1 + _draws.Below(_rates.MaxDelay.Ticks)) };
                delayed++;
            }
            arrivals.Add(original);
            if (!_draws.Chance(_rates.Duplication)) continue;
            arrivals.Add(new Arrival<T>(original.At + TimeSpan.FromTicks(_draws.Below(_rates.MaxDelay.Ticks + 1)), _copy(input.Item)));
            duplicated++;
        }
        // OrderBy is stable, List.Sort is not.
        return new FaultedInputs<T>([.. arrivals.OrderBy(arrival => arrival.At)], lost, duplicated, delayed);
    }
}
