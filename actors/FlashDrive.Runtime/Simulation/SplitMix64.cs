namespace FlashDrive.Runtime.Simulation;

/// <summary>The splitmix64 generator of Steele, Lea and Flood (2014): a counter and a mixing function, so any seed is a good one.</summary>
internal sealed class SplitMix64(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number from 0 to <paramref name="bound"/> - 1.</summary>
    public long Below(long bound) => (long)Math.BigMul(Next(), (ulong)bound, out _);

    /// <summary>True in <paramref name="perMille"/> of a thousand cases.</summary>
    public bool Chance(int perMille) => perMille > 0 && Below(1000) < perMille;
}
