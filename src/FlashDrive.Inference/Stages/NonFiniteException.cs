namespace FlashDrive.Inference.Stages;

/// <summary>NaN or infinity where numbers are due; the frame ends failed at this stage.</summary>
public sealed class NonFiniteException(string stage, string what) : Exception($"{stage}: the {what} are not finite")
{
    public string Stage { get; } = stage;
}
