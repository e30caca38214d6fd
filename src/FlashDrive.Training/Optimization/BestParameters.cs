namespace FlashDrive.Training.Optimization;

/// <summary>The parameters with the lowest validation error so far.</summary>
public sealed class BestParameters(int count)
{
    public float[] Values { get; } = new float[count];

    /// <summary>Their error; infinite before the first validation.</summary>
    public double Error { get; set; } = double.PositiveInfinity;

    /// <summary>Steps done when they were taken.</summary>
    public long Step { get; set; }

    /// <summary>Takes the values over when their error is lower.</summary>
    public void Offer(ReadOnlySpan<float> values, double error, long step)
    {
        if (!(error < Error)) return;
        values.CopyTo(Values);
        (Error, Step) = (error, step);
    }
}
