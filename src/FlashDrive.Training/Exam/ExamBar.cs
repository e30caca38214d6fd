namespace FlashDrive.Training.Exam;

/// <summary>One demand of the exam.</summary>
/// <param name="Value">What was measured; NaN when nothing was there to measure.</param>
/// <param name="AtMost">The value must not exceed the bar; otherwise it must reach it.</param>
/// <param name="Cases">How many cases the value is taken over.</param>
public sealed record ExamBar(string Name, double Value, double Bar, bool AtMost, int Cases)
{
    public bool Passed => AtMost ? Value <= Bar : Value >= Bar;

    /// <summary>One line for a terminal.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"{(Passed ? "pass" : "FAIL")}  {Name,-66} {Value,7:0.000}  {(AtMost ? "<=" : ">=")} {Bar:0.00}  ({Cases})");
}
