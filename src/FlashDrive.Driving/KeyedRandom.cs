namespace FlashDrive.Driving;

/// <summary>
/// Random numbers that are a pure function of a key and a counter, never of the order in which they are asked for:
/// the same (seed, keys, index) gives the same number on every machine, thread and schedule. SplitMix64 finalisation over
/// a mixed key; not for cryptography.
/// </summary>
public readonly struct KeyedRandom
{
    private readonly ulong _key;

    public KeyedRandom(ulong seed) => _key = Mix(seed ^ 0x6A09E667F3BCC909UL);

    private KeyedRandom(ulong key, bool _) => _key = key;

    /// <summary>A generator for a sub-key; <c>r.At(a).At(b)</c> differs from <c>r.At(b).At(a)</c>.</summary>
    public KeyedRandom At(ulong key) => new(Mix(_key + 0x9E3779B97F4A7C15UL * (key + 1)), true);

    public KeyedRandom At(long key) => At(unchecked((ulong)key));

    public ulong Bits(ulong index) => Mix(_key ^ Mix(index + 0x9E3779B97F4A7C15UL));

    /// <summary>Uniform in [0, 1) with 53 bits.</summary>
    public double Uniform(ulong index) => (Bits(index) >> 11) * (1.0 / (1UL << 53));

    public double Uniform(ulong index, double low, double high) => low + (high - low) * Uniform(index);

    /// <summary>Uniform integer in [0, count).</summary>
    public int Integer(ulong index, int count) => (int)(((UInt128)Bits(index) * (ulong)count) >> 64);

    /// <summary>Standard normal by Box-Muller on two uniforms of this index.</summary>
    public double Normal(ulong index)
    {
        var u = 1.0 - Uniform(2 * index);
        var v = Uniform(2 * index + 1);
        return Math.Sqrt(-2 * Math.Log(u)) * Math.Cos(2 * Math.PI * v);
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
