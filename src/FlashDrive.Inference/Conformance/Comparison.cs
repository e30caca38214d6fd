namespace FlashDrive.Inference.Conformance;

/// <summary>
/// Takes what the engine computed beside what the reference recorded and keeps the worst error of each name. In a self-test every
/// comparison is made a second time with the result disturbed by three tolerances, which must be noticed.
/// </summary>
public sealed class Comparison(bool selfTest = false)
{
    private const double DisturbedTolerances = 3;

    private readonly Dictionary<(string Name, ErrorMeasure Measure), ComparisonResult> _results = [];
    private readonly List<string> _failures = [];

    /// <summary>In the order of first comparison.</summary>
    public IReadOnlyCollection<ComparisonResult> Results => _results.Values;

    /// <summary>Failures that belong to no compared value.</summary>
    public IReadOnlyList<string> Failures => _failures;

    /// <summary>Equal in every entry. Integers, bytes and flags of any width; floats by value.</summary>
    public void Exact(FixtureFile file, string tensor, ReadOnlySpan<long> ours) => Tensor(file, tensor, Numbers(ours), ErrorMeasure.Exact, 0);

    public void Exact(FixtureFile file, string tensor, ReadOnlySpan<int> ours) => Tensor(file, tensor, Numbers(ours), ErrorMeasure.Exact, 0);

    public void Exact(FixtureFile file, string tensor, ReadOnlySpan<byte> ours) => Tensor(file, tensor, Numbers(ours), ErrorMeasure.Exact, 0);

    public void Exact(FixtureFile file, string tensor, ReadOnlySpan<float> ours) => Tensor(file, tensor, Numbers(ours), ErrorMeasure.Exact, 0);

    /// <summary>‖ours − reference‖ / ‖reference‖ over the whole tensor.</summary>
    public void Relative(FixtureFile file, string tensor, ReadOnlySpan<float> ours, double tolerance) =>
        Tensor(file, tensor, Numbers(ours), ErrorMeasure.Relative, tolerance);

    public void Relative(FixtureFile file, string tensor, ReadOnlySpan<double> ours, double tolerance) =>
        Tensor(file, tensor, ours.ToArray(), ErrorMeasure.Relative, tolerance);

    /// <summary>Relative error of every row by itself, the worst counting.</summary>
    /// <param name="rowLengths">Lengths of the rows; they add up to the tensor.</param>
    public void RelativePerRow(FixtureFile file, string tensor, ReadOnlySpan<double> ours, IReadOnlyList<int> rowLengths, double tolerance)
    {
        var reference = file.Numbers(tensor);
        file.MarkCompared(tensor);
        var name = $"{file.Name}/{tensor}";
        if (!SameLength(name, ours.Length, reference.Length) || !SameLength(name, rowLengths.Sum(), reference.Length)) return;
        var start = 0;
        foreach (var length in rowLengths)
        {
            Check(name, ours.Slice(start, length).ToArray(), reference[start..(start + length)], ErrorMeasure.Relative, tolerance, 0);
            start += length;
        }
    }

    /// <summary>Largest absolute difference.</summary>
    public void Absolute(FixtureFile file, string tensor, ReadOnlySpan<float> ours, double tolerance) =>
        Tensor(file, tensor, Numbers(ours), ErrorMeasure.Absolute, tolerance);

    public void Absolute(FixtureFile file, string tensor, ReadOnlySpan<double> ours, double tolerance) =>
        Tensor(file, tensor, ours.ToArray(), ErrorMeasure.Absolute, tolerance);

    /// <summary>Integers of which a small share may be off by a small amount (bins at a rounding border).</summary>
    public void FewOff(FixtureFile file, string tensor, ReadOnlySpan<int> ours, double share, int deviation = 1) =>
        Tensor(file, tensor, Numbers(ours), ErrorMeasure.FewOff, share, deviation);

    /// <summary>A value recorded in JSON.</summary>
    public void Exact(string name, ReadOnlySpan<int> ours, ReadOnlySpan<int> reference) => Values(name, Numbers(ours), Numbers(reference), ErrorMeasure.Exact, 0);

    public void Exact(string name, string ours, string reference) =>
        Values(name, [.. ours.Select(c => (double)c)], [.. reference.Select(c => (double)c)], ErrorMeasure.Exact, 0);

    public void Absolute(string name, ReadOnlySpan<double> ours, ReadOnlySpan<double> reference, double tolerance) =>
        Values(name, ours.ToArray(), reference.ToArray(), ErrorMeasure.Absolute, tolerance);

    public void Relative(string name, ReadOnlySpan<double> ours, ReadOnlySpan<double> reference, double tolerance) =>
        Values(name, ours.ToArray(), reference.ToArray(), ErrorMeasure.Relative, tolerance);

    /// <summary>Something that cannot be put into numbers went wrong.</summary>
    public void Fail(string failure) => _failures.Add(failure);

    private void Tensor(FixtureFile file, string tensor, double[] ours, ErrorMeasure measure, double tolerance, double deviation = 0)
    {
        var reference = file.Numbers(tensor);
        file.MarkCompared(tensor);
        Values($"{file.Name}/{tensor}", ours, reference, measure, tolerance, deviation);
    }

    private void Values(string name, double[] ours, double[] reference, ErrorMeasure measure, double tolerance, double deviation = 0)
    {
        if (measure == ErrorMeasure.Exact || SameLength(name, ours.Length, reference.Length))
            Check(name, ours, reference, measure, tolerance, deviation);
    }

    private void Check(string name, double[] ours, double[] reference, ErrorMeasure measure, double tolerance, double deviation)
    {
        var error = Error(ours, reference, measure, deviation);
        bool? noticed = null;
        if (selfTest) noticed = !(Error(Disturbed(ours, reference, measure, tolerance, deviation), reference, measure, deviation) <= tolerance);
        if (_results.TryGetValue((name, measure), out var before))
        {
            // Not-a-number is the worst of all errors and must not be hidden by a comparison.
            error = double.IsNaN(error) || error > before.Error ? error : before.Error;
            noticed = noticed is null ? null : noticed & before.Disturbance;
        }
        _results[(name, measure)] = new(name, measure, error, tolerance, noticed);
    }

    private bool SameLength(string name, int ours, int reference)
    {
        if (ours == reference) return true;
        Fail($"{name}: {ours} values computed, {reference} recorded");
        return false;
    }

    private static double Error(double[] ours, double[] reference, ErrorMeasure measure, double deviation)
    {
        double largest = 0, squares = 0, norm = 0;
        var different = Math.Abs(ours.Length - reference.Length);
        for (var i = 0; i < Math.Min(ours.Length, reference.Length); i++)
        {
            // Equal infinities (masked logits) differ by nothing; their difference would be not a number.
            var difference = ours[i] == reference[i] ? 0 : Math.Abs(ours[i] - reference[i]);
            if (difference != 0) different++;
            if (double.IsNaN(difference)) return double.NaN;
            largest = Math.Max(largest, difference);
            squares += difference * difference;
            norm += double.IsInfinity(reference[i]) ? 0 : reference[i] * reference[i];
        }
        return measure switch
        {
            ErrorMeasure.Exact => different,
            ErrorMeasure.Absolute => largest,
            ErrorMeasure.FewOff => largest > deviation ? double.PositiveInfinity : reference.Length == 0 ? 0 : (double)different / reference.Length,
            _ => norm == 0 ? Math.Sqrt(squares) : Math.Sqrt(squares) / Math.Sqrt(norm),
        };
    }

    /// <summary>The result moved by three tolerances away from the reference in its middle entry; an exact one by one unit.</summary>
    private static double[] Disturbed(double[] ours, double[] reference, ErrorMeasure measure, double tolerance, double deviation)
    {
        // Nothing recorded: one entry too many is the only disturbance there is.
        if (ours.Length == 0 || reference.Length == 0) return [.. ours, 1];
        var disturbed = (double[])ours.Clone();
        var at = disturbed.Length / 2;
        if (double.IsInfinity(disturbed[at])) at = Math.Max(0, Array.FindIndex(disturbed, double.IsFinite));
        var norm = Math.Sqrt(reference.Where(double.IsFinite).Sum(value => value * value));
        var amount = DisturbedTolerances * measure switch
        {
            ErrorMeasure.Exact => 1.0 / DisturbedTolerances,
            ErrorMeasure.Relative => tolerance * (norm == 0 ? 1 : norm),
            ErrorMeasure.Absolute => tolerance,
            _ => deviation,
        };
        disturbed[at] += at < reference.Length && disturbed[at] < reference[at] ? -amount : amount;
        return disturbed;
    }

    private static double[] Numbers<T>(ReadOnlySpan<T> values) where T : struct, System.Numerics.INumberBase<T>
    {
        var numbers = new double[values.Length];
        for (var i = 0; i < numbers.Length; i++) numbers[i] = double.CreateChecked(values[i]);
        return numbers;
    }
}
