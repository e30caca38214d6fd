using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace FlashDrive.Model.Vision;

/// <summary>Rearranges interleaved R, G, B bytes into three planes.</summary>
internal static class PixelPlanes
{
    /// <param name="rgb">[pixels, 3].</param>
    /// <param name="r">[pixels], likewise g and b.</param>
    public static void Split(ReadOnlySpan<byte> rgb, Span<byte> r, Span<byte> g, Span<byte> b)
    {
        var pixels = rgb.Length / 3;
        if (rgb.Length != pixels * 3 || r.Length < pixels || g.Length < pixels || b.Length < pixels)
            throw new ArgumentException($"{rgb.Length} interleaved bytes do not fill three planes of {r.Length}, {g.Length} and {b.Length}");
        var i = 0;
        if (Vector128.IsHardwareAccelerated)
        {
            ref var source = ref MemoryMarshal.GetReference(rgb);
            for (; i + 16 <= pixels; i += 16)
            {
                var v0 = Vector128.LoadUnsafe(ref source, (nuint)(3 * i));
                var v1 = Vector128.LoadUnsafe(ref source, (nuint)(3 * i + 16));
                var v2 = Vector128.LoadUnsafe(ref source, (nuint)(3 * i + 32));
                // An index of 255 selects nothing. Vector k holds bytes 16k…16k+15, channel c of pixel p is byte 3p + c.
                (Vector128.Shuffle(v0, Vector128.Create((byte)0, 3, 6, 9, 12, 15, X, X, X, X, X, X, X, X, X, X))
                    | Vector128.Shuffle(v1, Vector128.Create(X, X, X, X, X, X, 2, 5, 8, 11, 14, X, X, X, X, X))
                    | Vector128.Shuffle(v2, Vector128.Create(X, X, X, X, X, X, X, X, X, X, X, 1, 4, 7, 10, 13))).StoreUnsafe(ref At(r, i));
                (Vector128.Shuffle(v0, Vector128.Create((byte)1, 4, 7, 10, 13, X, X, X, X, X, X, X, X, X, X, X))
                    | Vector128.Shuffle(v1, Vector128.Create(X, X, X, X, X, 0, 3, 6, 9, 12, 15, X, X, X, X, X))
                    | Vector128.Shuffle(v2, Vector128.Create(X, X, X, X, X, X, X, X, X, X, X, 2, 5, 8, 11, 14))).StoreUnsafe(ref At(g, i));
                (Vector128.Shuffle(v0, Vector128.Create((byte)2, 5, 8, 11, 14, X, X, X, X, X, X, X, X, X, X, X))
                    | Vector128.Shuffle(v1, Vector128.Create(X, X, X, X, X, 1, 4, 7, 10, 13, X, X, X, X, X, X))
                    | Vector128.Shuffle(v2, Vector128.Create(X, X, X, X, X, X, X, X, X, X, 0, 3, 6, 9, 12, 15))).StoreUnsafe(ref At(b, i));
            }
        }
        for (; i < pixels; i++) (r[i], g[i], b[i]) = (rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]);
    }

    private const byte X = 255;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref byte At(Span<byte> span, int index) => ref Unsafe.Add(ref MemoryMarshal.GetReference(span), index);
}
