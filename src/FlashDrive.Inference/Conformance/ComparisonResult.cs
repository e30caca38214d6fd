using System.Globalization;

namespace FlashDrive.Inference.Conformance;

/// <summary>The verdict on one tensor or recorded value, worst over all the times it was compared.</summary>
/// <param name="Name">FILE/TENSOR, or a name within a JSON file.</param>
/// <param name="Error">Entries that differ (exact), relative or absolute error, by <paramref name="Measure"/>.</param>
/// <param name="Tolerance">What is allowed; 0 when exact.</param>
/// <param name="Disturbance">Whether a disturbance of three tolerances was noticed; null when no self-test ran.</param>
public sealed record ComparisonResult(string Name, ErrorMeasure Measure, double Error, double Tolerance, bool? Disturbance)
{
    /// <summary>Written so that an error that is not a number fails.</summary>
    public bool Passed => Error <= Tolerance;

    public override string ToString() => Measure switch
    {
        ErrorMeasure.Exact => Passed ? "exact" : string.Create(CultureInfo.InvariantCulture, $"{Error} entries differ, must be exact"),
        ErrorMeasure.FewOff => string.Create(CultureInfo.InvariantCulture, $"{Error:P2} off, allowed {Tolerance:P2}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"worst {Error:0.0e+00} {(Measure == ErrorMeasure.Relative ? "relative" : "absolute")}, tolerance {Tolerance:0.0e+00}"),
    };
}

/// <summary>How two arrays are compared.</summary>
public enum ErrorMeasure
{
    /// <summary>Number of entries that are not equal.</summary>
    Exact,

    /// <summary>‖ours − reference‖ / ‖reference‖ over the array.</summary>
    Relative,

    /// <summary>Largest |ours − reference|.</summary>
    Absolute,

    /// <summary>Share of entries that differ at all; one that differs by more than allowed makes it infinite.</summary>
    FewOff,
}
