using System.Numerics;

namespace FlashDrive.Training.Optimization;

/// <summary>
/// AdamW with decoupled weight decay (Loshchilov and Hutter 2019) on a flat array, after clipping the gradient to a global norm.
/// Arithmetic runs in array order, so that equal gradients give equal bits.
/// </summary>
public sealed class AdamW(int count)
{
    private const float Epsilon = 1e-8f;

    /// <summary>Running mean of the gradient.</summary>
    public float[] First { get; } = new float[count];

    /// <summary>Running mean of its square.</summary>
    public float[] Second { get; } = new float[count];

    /// <summary>Updates done since the moments were zero.</summary>
    public long Updates { get; set; }

    /// <summary>One update of <paramref name="values"/>.</summary>
    /// <param name="gradients">Not changed.</param>
    /// <param name="groups">Ranges that tile the array, with learning rate and decay of each.</param>
    /// <returns>The gradient's norm before clipping.</returns>
    public double Step(Span<float> values, ReadOnlySpan<float> gradients, IReadOnlyList<ParameterGroup> groups, AdamWSettings settings)
    {
        var norm = Math.Sqrt(SumOfSquares(gradients));
        var clip = norm > settings.ClipNorm ? (float)(settings.ClipNorm / norm) : 1f;
        Updates++;
        var correction1 = 1 - Math.Pow(settings.Beta1, Updates);
        var correction2 = 1 - Math.Pow(settings.Beta2, Updates);
        foreach (var group in groups)
        {
            var (start, length) = (group.Start, group.Length);
            var rate = settings.LearningRate * group.RateScale;
            Update(
                values.Slice(start, length), gradients.Slice(start, length), First.AsSpan(start, length), Second.AsSpan(start, length), clip,
                settings, (float)(rate / correction1), (float)(1 / Math.Sqrt(correction2)), (float)(1 - rate * (group.Decays ? settings.WeightDecay : 0)));
        }
        return norm;
    }

    public void Reset()
    {
        Array.Clear(First);
        Array.Clear(Second);
        Updates = 0;
    }

    private static void Update(
        Span<float> w, ReadOnlySpan<float> g, Span<float> m, Span<float> v, float clip, AdamWSettings settings, float rate, float rootCorrection, float keep)
    {
        var (b1, b2) = ((float)settings.Beta1, (float)settings.Beta2);
        var i = 0;
        var wide = Vector<float>.Count;
        for (; i <= w.Length - wide; i += wide)
        {
            var gradient = new Vector<float>(g[i..]) * clip;
            var first = new Vector<float>(m[i..]) * b1 + gradient * (1 - b1);
            var second = new Vector<float>(v[i..]) * b2 + gradient * gradient * (1 - b2);
            var denominator = Vector.SquareRoot(second) * rootCorrection + new Vector<float>(Epsilon);
            (new Vector<float>(w[i..]) * keep - first / denominator * rate).CopyTo(w[i..]);
            first.CopyTo(m[i..]);
            second.CopyTo(v[i..]);
        }
        for (; i < w.Length; i++)
        {
            var gradient = g[i] * clip;
            m[i] = m[i] * b1 + gradient * (1 - b1);
            v[i] = v[i] * b2 + gradient * gradient * (1 - b2);
            w[i] = w[i] * keep - m[i] / (MathF.Sqrt(v[i]) * rootCorrection + Epsilon) * rate;
        }
    }

    private static double SumOfSquares(ReadOnlySpan<float> values)
    {
        var sum = 0.0;
        const int block = 4096;
        for (var start = 0; start < values.Length; start += block)
        {
            var part = values.Slice(start, Math.Min(block, values.Length - start));
            var lanes = Vector<float>.Zero;
            var i = 0;
            for (; i <= part.Length - Vector<float>.Count; i += Vector<float>.Count)
            {
                var x = new Vector<float>(part[i..]);
                lanes += x * x;
            }
            sum += Vector.Sum(lanes);
            for (; i < part.Length; i++) sum += part[i] * part[i];
        }
        return sum;
    }
}

/// <param name="ClipNorm">Largest norm of the whole gradient.</param>
public readonly record struct AdamWSettings(double LearningRate, double Beta1, double Beta2, double WeightDecay, double ClipNorm);

/// <summary>A run of parameters that learn alike.</summary>
/// <param name="RateScale">Factor on the learning rate.</param>
public readonly record struct ParameterGroup(int Start, int Length, double RateScale, bool Decays);
