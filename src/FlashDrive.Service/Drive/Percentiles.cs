namespace FlashDrive.Service.Drive;

/// <summary>Nearest-rank percentiles: each is a value that was really measured.</summary>
public sealed record Percentiles(TimeSpan P50, TimeSpan P90, TimeSpan P99, TimeSpan Max)
{
    /// <summary>Null when nothing was measured.</summary>
    public static Percentiles? Of(IReadOnlyCollection<TimeSpan> measured)
    {
        if (measured.Count == 0) return null;
        var sorted = measured.Order().ToArray();
        return new(At(sorted, 50), At(sorted, 90), At(sorted, 99), sorted[^1]);
    }

    private static TimeSpan At(TimeSpan[] sorted, int percent) => sorted[Math.Max((sorted.Length * percent + 99) / 100, 1) - 1];
}
