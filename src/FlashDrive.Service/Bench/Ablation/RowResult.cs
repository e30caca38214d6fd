using FlashDrive.Inference;

namespace FlashDrive.Service.Bench.Ablation;

/// <summary>One window driven one way.</summary>
/// <param name="Total">From the ticks to the plan: input preparation and everything between the stages are in it.</param>
internal readonly record struct Measurement(TimeSpan Encode, TimeSpan Prefill, TimeSpan Decode, TimeSpan Action, TimeSpan Total, FrameCounts Counts, int Images, double Ade)
{
    public double Of(string stage) => (stage switch
    {
        StageNames.Encode => Encode,
        StageNames.Prefill => Prefill,
        StageNames.Decode => Decode,
        StageNames.Action => Action,
        _ => Total,
    }).TotalMilliseconds;
}

/// <summary>All windows driven one way.</summary>
internal sealed class RowResult(AblationRow row)
{
    public const string Total = "total", Seeing = "encode + prefill";

    public AblationRow Row { get; } = row;

    public List<Measurement> Measurements { get; } = [];

    /// <summary>Smallest errors of six, from the pass that is not timed.</summary>
    public List<double> MinAdes { get; } = [];

    public double Ade => Measurements.Average(m => m.Ade);

    public double MinAde => MinAdes.Count == 0 ? double.NaN : MinAdes.Average();

    /// <summary>Milliseconds of a stage, of encode and prefill together, or of everything.</summary>
    public double Milliseconds(string stage, double share)
    {
        double[] sorted = [.. Measurements.Select(m => stage == Seeing ? m.Of(StageNames.Encode) + m.Of(StageNames.Prefill) : m.Of(stage)).Order()];
        // Nearest rank: a value that was really measured.
        return sorted[Math.Max((int)Math.Ceiling(share * sorted.Length), 1) - 1];
    }

    public double P50(string stage) => Milliseconds(stage, 0.5);

    public double TokensPerSecond => Measurements.Sum(m => m.Counts.Tokens) / Measurements.Sum(m => m.Decode.TotalSeconds);

    /// <summary>Tokens that one pass of the target brings.</summary>
    public double TokensPerForward => (double)Measurements.Sum(m => m.Counts.Tokens) / Math.Max(1, Measurements.Sum(m => m.Counts.Forwards));

    public double Mean(Func<Measurement, double> value) => Measurements.Average(value);
}
