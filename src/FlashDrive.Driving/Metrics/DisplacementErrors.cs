namespace FlashDrive.Driving.Metrics;

/// <summary>Distances between predicted and driven paths in the ground plane, metres (alpamayo.md §17).</summary>
public static class DisplacementErrors
{
    /// <summary>ADE@6.4s: mean distance over the 64 points.</summary>
    public static double Average(Trajectory predicted, Trajectory truth) => Average(predicted, truth, Trajectory.Points);

    /// <summary>Mean distance over the first <paramref name="points"/> points, 1 … 64.</summary>
    public static double Average(Trajectory predicted, Trajectory truth, int points)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(points, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(points, Trajectory.Points);
        var sum = 0.0;
        for (var i = 0; i < points; i++) sum += At(predicted, truth, i);
        return sum / points;
    }

    /// <summary>Distance at 6.4 s.</summary>
    public static double Final(Trajectory predicted, Trajectory truth) => At(predicted, truth, Trajectory.Points - 1);

    /// <summary>minADE@6.4s: the smallest ADE of the samples.</summary>
    public static double MinimumAverage(IReadOnlyList<Trajectory> samples, Trajectory truth) =>
        Average(samples[Best(samples, truth)], truth);

    /// <summary>
    /// minADE at a shorter horizon as the public metric code has it: the sample best over the full 6.4 s, its error averaged over
    /// the first <paramref name="points"/> points (5, 10, 30, 50 for 0.5, 1, 3, 5 s).
    /// </summary>
    public static double MinimumAverage(IReadOnlyList<Trajectory> samples, Trajectory truth, int points) =>
        Average(samples[Best(samples, truth)], truth, points);

    /// <summary>Smallest distance at 6.4 s of the samples.</summary>
    public static double MinimumFinal(IReadOnlyList<Trajectory> samples, Trajectory truth)
    {
        RequireSamples(samples);
        return samples.Min(s => Final(s, truth));
    }

    /// <summary>Index of the sample with the smallest ADE over 6.4 s; the first of equals.</summary>
    public static int Best(IReadOnlyList<Trajectory> samples, Trajectory truth)
    {
        RequireSamples(samples);
        var best = 0;
        var bestError = double.PositiveInfinity;
        for (var i = 0; i < samples.Count; i++)
        {
            var error = Average(samples[i], truth);
            if (!(error < bestError)) continue;
            best = i;
            bestError = error;
        }
        return best;
    }

    private static double At(Trajectory a, Trajectory b, int index) => (a[index].Position - b[index].Position).LengthXy;

    private static void RequireSamples(IReadOnlyList<Trajectory> samples)
    {
        if (samples.Count == 0) throw new ArgumentException("a minimum over samples needs at least one sample, got 0", nameof(samples));
    }
}
