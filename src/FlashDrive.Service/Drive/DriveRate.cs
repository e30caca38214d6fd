using System.Globalization;

namespace FlashDrive.Service.Drive;

/// <summary>How fast a clip is played: at a number of frames a second, or each frame as soon as the engine is free (<see cref="Max"/>).</summary>
public sealed record DriveRate(double? Hertz)
{
    public static readonly DriveRate Max = new((double?)null);

    public bool IsRealTime => Hertz is not null;

    public TimeSpan Period => Hertz is { } hertz ? TimeSpan.FromSeconds(1 / hertz) : TimeSpan.Zero;

    public override string ToString() => Hertz is { } hertz ? hertz.ToString(CultureInfo.InvariantCulture) : "max";

    /// <summary>Null when the text is neither "max" nor a number between 0.1 and 1000.</summary>
    public static DriveRate? Parse(string text)
    {
        if (string.Equals(text, "max", StringComparison.OrdinalIgnoreCase)) return Max;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var hertz) && hertz is >= 0.1 and <= 1000 ? new(hertz) : null;
    }
}
