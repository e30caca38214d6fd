namespace FlashDrive.Inference.Flow;

/// <summary>How much the velocity changes from a step to the next: what tells where a step may reuse it (flashdrive.md §4).</summary>
/// <param name="Change">‖v₍ᵢ₊₁₎ − vᵢ‖ / ‖vᵢ‖ over all values, step 0 first; one entry fewer than steps.</param>
/// <param name="Cosine">Of vᵢ and v₍ᵢ₊₁₎.</param>
public sealed record VelocityProfile(IReadOnlyList<double> Change, IReadOnlyList<double> Cosine)
{
    /// <param name="velocities">[steps][samples·waypoints·2]: what each step took.</param>
    public static VelocityProfile Of(IReadOnlyList<float[]> velocities)
    {
        var (change, cosine) = (new double[velocities.Count - 1], new double[velocities.Count - 1]);
        for (var i = 0; i < change.Length; i++) (change[i], cosine[i]) = Compare(velocities[i], velocities[i + 1]);
        return new(change, cosine);
    }

    private static (double Change, double Cosine) Compare(float[] before, float[] after)
    {
        double difference = 0, squaresBefore = 0, squaresAfter = 0, product = 0;
        for (var k = 0; k < before.Length; k++)
        {
            double a = before[k], b = after[k];
            difference += (b - a) * (b - a);
            squaresBefore += a * a;
            squaresAfter += b * b;
            product += a * b;
        }
        // A field that stands still has no direction: it has not changed.
        if (squaresBefore == 0) return (squaresAfter == 0 ? 0 : double.PositiveInfinity, squaresAfter == 0 ? 1 : 0);
        return (Math.Sqrt(difference / squaresBefore), squaresAfter == 0 ? 0 : product / Math.Sqrt(squaresBefore * squaresAfter));
    }
}
