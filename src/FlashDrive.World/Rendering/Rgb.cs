namespace FlashDrive.World.Rendering;

/// <summary>A colour, channels 0..255.</summary>
internal readonly record struct Rgb(float R, float G, float B)
{
    public static Rgb Lerp(Rgb a, Rgb b, float t) => new(a.R + (b.R - a.R) * t, a.G + (b.G - a.G) * t, a.B + (b.B - a.B) * t);

    public static Rgb operator *(Rgb a, float s) => new(a.R * s, a.G * s, a.B * s);

    public static Rgb operator *(Rgb a, Rgb b) => new(a.R * b.R / 255, a.G * b.G / 255, a.B * b.B / 255);

    /// <summary>Red in the lowest byte, then green, blue, and the class in the highest.</summary>
    public uint Pack(ObjectClass objectClass) => Channel(R) | Channel(G) << 8 | Channel(B) << 16 | (uint)objectClass << 24;

    private static uint Channel(float v) => (uint)(int)Math.Clamp(v + 0.5f, 0, 255);
}
