namespace FlashDrive.Torch;

/// <summary>Element types, with LibTorch's own numbers.</summary>
public enum ScalarType : sbyte
{
    Byte = 0, Int8 = 1, Int16 = 2, Int32 = 3, Int64 = 4, Float16 = 5, Float32 = 6, Float64 = 7, Bool = 11, BFloat16 = 15,
}

public static class ScalarTypeExtensions
{
    /// <summary>Bytes of one element.</summary>
    public static int ElementSize(this ScalarType type) => type switch
    {
        ScalarType.Byte or ScalarType.Int8 or ScalarType.Bool => 1,
        ScalarType.Int16 or ScalarType.Float16 or ScalarType.BFloat16 => 2,
        ScalarType.Int32 or ScalarType.Float32 => 4,
        ScalarType.Int64 or ScalarType.Float64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "unknown element type"),
    };

    public static bool IsFloatingPoint(this ScalarType type) =>
        type is ScalarType.Float16 or ScalarType.Float32 or ScalarType.Float64 or ScalarType.BFloat16;

    /// <summary>Whether the elements can be read as <typeparamref name="T"/>; a ushort reads the bits of both 16-bit float types.</summary>
    internal static bool Holds<T>(this ScalarType type) where T : unmanaged =>
        typeof(T) == typeof(ushort) ? type is ScalarType.BFloat16 or ScalarType.Float16 : TryOf<T>() == type;

    /// <summary>The element type a managed type maps to.</summary>
    /// <exception cref="ArgumentException">It maps to none.</exception>
    public static ScalarType Of<T>() where T : unmanaged => TryOf<T>() ?? throw new ArgumentException($"no element type for {typeof(T).Name}");

    private static ScalarType? TryOf<T>() where T : unmanaged =>
        typeof(T) == typeof(float) ? ScalarType.Float32
        : typeof(T) == typeof(double) ? ScalarType.Float64
        : typeof(T) == typeof(long) ? ScalarType.Int64
        : typeof(T) == typeof(int) ? ScalarType.Int32
        : typeof(T) == typeof(short) ? ScalarType.Int16
        : typeof(T) == typeof(byte) ? ScalarType.Byte
        : typeof(T) == typeof(sbyte) ? ScalarType.Int8
        : typeof(T) == typeof(bool) ? ScalarType.Bool
        : typeof(T) == typeof(Half) ? ScalarType.Float16
        : null;
}
