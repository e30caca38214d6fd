namespace FlashDrive.Model.Language;

/// <summary>
/// Chooses the next token from logits (alpamayo.md §9.1): a masked range, temperature, nucleus. Two nucleus rules exist, that of
/// the reference's generate and that of block drafting. Equal logits are ordered by id, so the result never depends on a sort's whim.
/// Buffers are kept between calls: one instance serves one thread.
/// </summary>
/// <param name="maskedFirst">First id that is never chosen (the trajectory tokens); <paramref name="maskedCount"/> of them.</param>
public sealed class TokenSampler(int vocabulary, int maskedFirst, int maskedCount)
{
    // Tokens this far below the best one (scaled logits) are summed but not sorted, unless the nucleus reaches them.
    private const float SortedDepth = 16;

    private readonly float[] _scaled = new float[vocabulary];
    private readonly double[] _mass = new double[vocabulary];
    private readonly ulong[] _order = new ulong[vocabulary];
    private readonly int[] _tokens = new int[vocabulary];
    private readonly float[] _weights = new float[vocabulary];

    /// <summary>The best token that is not masked; the lowest id of equals.</summary>
    /// <exception cref="ArithmeticException">A logit is not finite.</exception>
    public int Argmax(ReadOnlySpan<float> logits)
    {
        Scale(logits, 1);
        var best = 0;
        for (var i = 1; i < vocabulary; i++)
            if (_scaled[i] > _scaled[best]) best = i;
        return best;
    }

    /// <summary>The next token under the generate rule.</summary>
    /// <param name="temperature">0 and less: the best token.</param>
    /// <param name="uniform">In [0, 1), from a keyed generator; not read when the temperature is 0.</param>
    public int Sample(ReadOnlySpan<float> logits, double temperature, double topP, double uniform) =>
        temperature <= 0 ? Argmax(logits) : Generate(logits, temperature, topP).Draw(uniform);

    /// <summary>
    /// The reference's rule: of the tokens in ascending order those are dropped whose cumulative probability is at most 1 − topP, the
    /// largest never; the rest is renormalised. Of equal logits at the cut the higher ids stay.
    /// </summary>
    public TokenDistribution Generate(ReadOnlySpan<float> logits, double temperature, double topP)
    {
        var count = Prepare(logits, temperature, topP, out var unsortedMass);
        var kept = 0;
        double keptMass = 0;
        // Tokens left unsorted lie below all sorted ones, so their mass comes first.
        var cumulative = unsortedMass;
        for (var i = 0; i < count; i++)
        {
            var token = (int)(_order[i] & uint.MaxValue);
            cumulative += _mass[token];
            if (topP < 1 && cumulative <= 1 - topP && i != count - 1) continue;
            _tokens[kept++] = token;
            keptMass += _mass[token];
        }
        return Finish(kept, keptMass);
    }

    /// <summary>
    /// The rule of block drafting: of the tokens in descending order those stay whose preceding mass is at most topP; weights are not
    /// renormalised. Of equal logits at the cut the lower ids stay.
    /// </summary>
    public TokenDistribution Draft(ReadOnlySpan<float> logits, double temperature, double topP)
    {
        var count = Prepare(logits, temperature, topP, out _);
        // Ascending by logit and id; descending order with ascending ids needs each run of equals turned round.
        var kept = 0;
        double preceding = 0;
        for (var end = count; end > 0;)
        {
            var start = end - 1;
            while (start > 0 && _order[start - 1] >> 32 == _order[end - 1] >> 32) start--;
            for (var i = start; i < end; i++)
            {
                if (topP < 1 && preceding > topP) break;
                var token = (int)(_order[i] & uint.MaxValue);
                _tokens[kept++] = token;
                preceding += _mass[token];
            }
            if (topP < 1 && preceding > topP) break;
            end = start;
        }
        return Finish(kept, 1);
    }

    private TokenDistribution Finish(int kept, double divisor)
    {
        _tokens.AsSpan(0, kept).Sort();
        double total = 0;
        for (var i = 0; i < kept; i++)
        {
            var weight = _mass[_tokens[i]] / divisor;
            total += weight;
            _weights[i] = (float)weight;
        }
        return new(_tokens.AsSpan(0, kept), _weights.AsSpan(0, kept), total);
    }

    /// <summary>Probabilities of all tokens, and the likely ones sorted ascending by logit, then id; returns how many are sorted.</summary>
    private int Prepare(ReadOnlySpan<float> logits, double temperature, double topP, out double unsortedMass)
    {
        if (!(temperature > 0 && double.IsFinite(temperature)))
            throw new ArgumentOutOfRangeException(nameof(temperature), temperature, "must be above 0 and finite; at 0 use Argmax");
        if (!(topP > 0 && topP <= 1)) throw new ArgumentOutOfRangeException(nameof(topP), topP, "must be in (0, 1]");
        var maximum = Scale(logits, (float)temperature);
        double sum = 0;
        for (var i = 0; i < vocabulary; i++) sum += _mass[i] = Math.Exp((double)_scaled[i] - maximum);
        for (var i = 0; i < vocabulary; i++) _mass[i] /= sum;

        var count = Collect(maximum - SortedDepth, out unsortedMass);
        // The cut lies below the sorted part, or there is none: sort everything that has any probability.
        if (topP >= 1 || unsortedMass > 1 - topP) count = Collect(float.NegativeInfinity, out unsortedMass);
        _order.AsSpan(0, count).Sort();
        return count;
    }

    private int Collect(float above, out double unsortedMass)
    {
        var count = 0;
        unsortedMass = 0;
        for (var i = 0; i < vocabulary; i++)
        {
            if (_scaled[i] > above) _order[count++] = ((ulong)Sortable(_scaled[i]) << 32) | (uint)i;
            else unsortedMass += _mass[i];
        }
        return count;
    }

    /// <summary>Masks and divides by the temperature in float32; returns the largest.</summary>
    private float Scale(ReadOnlySpan<float> logits, float temperature)
    {
        if (logits.Length != vocabulary) throw new ArgumentException($"{vocabulary} logits are needed, got {logits.Length}", nameof(logits));
        for (var i = 0; i < vocabulary; i++) _scaled[i] = logits[i] / temperature;
        _scaled.AsSpan(maskedFirst, maskedCount).Fill(float.NegativeInfinity);
        var maximum = float.NegativeInfinity;
        for (var i = 0; i < vocabulary; i++)
        {
            if (float.IsNaN(_scaled[i]) || float.IsPositiveInfinity(_scaled[i]))
                throw new ArithmeticException($"logit {i} is {logits[i]}: the model's output is not finite");
            maximum = Math.Max(maximum, _scaled[i]);
        }
        return float.IsNegativeInfinity(maximum) ? throw new ArithmeticException("no token is left to choose: every logit is −∞ or masked") : maximum;
    }

    /// <summary>Bits whose unsigned order is the order of the numbers; −0 equals 0.</summary>
    private static uint Sortable(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value + 0f);
        return (bits & 0x80000000) != 0 ? ~bits : bits | 0x80000000;
    }
}
