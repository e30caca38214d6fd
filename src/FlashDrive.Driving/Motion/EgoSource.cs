using System.Globalization;

namespace FlashDrive.Driving.Motion;

/// <summary>Ego motion as a person names it: <c>constant:25</c> (metres per second) or the path of a pose file or folder.</summary>
public static class EgoSource
{
    private const string ConstantPrefix = "constant:";

    /// <exception cref="ClipException">invalid_value for a speed that is no number; else as <see cref="PoseFile.Read"/>.</exception>
    public static EgoMotion Parse(string text)
    {
        if (!text.StartsWith(ConstantPrefix, StringComparison.Ordinal)) return PoseFile.Read(text);
        var number = text[ConstantPrefix.Length..];
        return double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var speed) && double.IsFinite(speed)
            ? EgoMotion.Constant(speed)
            : throw new ClipException(ClipFault.InvalidValue, $"'{text}': '{number}' is not a speed in metres per second; write for example constant:25");
    }
}
