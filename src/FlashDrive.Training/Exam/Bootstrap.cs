using FlashDrive.Driving;

namespace FlashDrive.Training.Exam;

/// <summary>A figure over clips with the interval that other clips of the same world would likely give.</summary>
/// <param name="Low">2.5 % of the resamples lie below.</param>
/// <param name="High">2.5 % lie above.</param>
public readonly record struct Interval(double Value, double Low, double High)
{
    public override string ToString() => FormattableString.Invariant($"{Value:0.0000} [{Low:0.0000}, {High:0.0000}]");
}

/// <summary>The percentile bootstrap (Efron 1979) over whole clips: windows of one clip are not independent, clips are.</summary>
public static class Bootstrap
{
    private const int Resamples = 4000;

    /// <param name="statistic">Of a list of clips, in which a clip may stand more than once.</param>
    public static Interval Over<T>(IReadOnlyList<T> clips, Func<IReadOnlyList<T>, double> statistic, ulong seed = 1)
    {
        var random = new KeyedRandom(seed);
        var values = new double[Resamples];
        var drawn = new T[clips.Count];
        for (var r = 0; r < Resamples; r++)
        {
            for (var i = 0; i < drawn.Length; i++) drawn[i] = clips[random.At(r).Integer((ulong)i, clips.Count)];
            values[r] = statistic(drawn);
        }
        Array.Sort(values);
        return new(statistic(clips), values[(int)(0.025 * Resamples)], values[(int)(0.975 * Resamples) - 1]);
    }
}
