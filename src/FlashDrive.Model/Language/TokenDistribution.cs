namespace FlashDrive.Model.Language;

/// <summary>
/// The tokens that survived sampling's cuts and their weights, ascending by id. A view of the sampler's buffers: valid until its next call.
/// </summary>
public readonly ref struct TokenDistribution
{
    internal TokenDistribution(ReadOnlySpan<int> tokens, ReadOnlySpan<float> weights, double total)
    {
        Tokens = tokens;
        Weights = weights;
        Total = total;
    }

    public ReadOnlySpan<int> Tokens { get; }

    /// <summary>Probabilities under the generate rule; under the drafting rule they add up to the kept mass only.</summary>
    public ReadOnlySpan<float> Weights { get; }

    /// <summary>Sum of the weights before they were rounded to float32.</summary>
    public double Total { get; }

    public float WeightOf(int token)
    {
        var index = Tokens.BinarySearch(token);
        return index >= 0 ? Weights[index] : 0;
    }

    /// <summary>The token whose part of the cumulative weight holds the number, in order of ids.</summary>
    /// <param name="uniform">In [0, 1), from a keyed generator.</param>
    public int Draw(double uniform)
    {
        if (!(uniform >= 0 && uniform < 1)) throw new ArgumentOutOfRangeException(nameof(uniform), uniform, "must be in [0, 1)");
        double sum = 0;
        foreach (var weight in Weights) sum += weight;
        var (target, passed, last) = (uniform * sum, 0.0, 0);
        for (var i = 0; i < Tokens.Length; i++)
        {
            if (Weights[i] <= 0) continue;
            last = i;
            passed += Weights[i];
            if (passed > target) return Tokens[i];
        }
        return Tokens[last];
    }
}
