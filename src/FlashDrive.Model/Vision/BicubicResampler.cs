using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FlashDrive.Model.Vision;

/// <summary>
/// Antialiased bicubic resizing of one 8-bit plane, bit for bit that of the reference (alpamayo.md §5.2): width first, rounded and
/// clamped to bytes, then height; a pass that changes nothing is skipped. The vector and the plain code give the same bytes.
/// </summary>
internal static class BicubicResampler
{
    /// <summary>Width pass over <paramref name="rows"/> rows of one plane.</summary>
    /// <param name="source">[rows, axis.Input], then axis.Stride bytes of any value: whole vectors are read.</param>
    /// <param name="target">[rows, axis.Output].</param>
    public static void ResizeWidth(ReadOnlySpan<byte> source, Span<byte> target, int rows, ResamplingAxis axis, bool allowVectors = true)
    {
        if (source.Length < rows * axis.Input + axis.Stride || target.Length < rows * axis.Output)
            throw new ArgumentException($"a plane of {rows} x {axis.Input} needs {rows * axis.Input + axis.Stride} bytes and {rows * axis.Output} for its result, got {source.Length} and {target.Length}");
        var vectors = allowVectors && Avx2.IsSupported;
        for (var row = 0; row < rows; row++)
        {
            var from = source[(row * axis.Input)..];
            var to = target.Slice(row * axis.Output, axis.Output);
            var done = !vectors ? 0 : axis.Stride == 8 ? WidthBy8(from, to, axis) : WidthBy16(from, to, axis);
            for (var o = done; o < axis.Output; o++)
            {
                var sum = 1 << (axis.Precision - 1);
                for (var j = 0; j < axis.Taps[o]; j++) sum += axis.Weights[o * axis.Stride + j] * from[axis.First[o] + j];
                to[o] = (byte)Math.Clamp(sum >> axis.Precision, 0, 255);
            }
        }
    }

    /// <summary>Height pass over one plane.</summary>
    /// <param name="source">[axis.Input, width].</param>
    /// <param name="target">[axis.Output, width].</param>
    public static void ResizeHeight(ReadOnlySpan<byte> source, Span<byte> target, int width, ResamplingAxis axis, bool allowVectors = true)
    {
        if (source.Length < axis.Input * width || target.Length < axis.Output * width)
            throw new ArgumentException($"a plane of {axis.Input} x {width} needs {axis.Input * width} bytes and {axis.Output * width} for its result, got {source.Length} and {target.Length}");
        for (var o = 0; o < axis.Output; o++)
        {
            var from = source.Slice(axis.First[o] * width, axis.Taps[o] * width);
            var to = target.Slice(o * width, width);
            var weights = axis.Weights.AsSpan(o * axis.Stride, axis.Taps[o]);
            var done = allowVectors && Avx2.IsSupported ? HeightBy16(from, to, weights, axis.Precision) : 0;
            for (var x = done; x < width; x++)
            {
                var sum = 1 << (axis.Precision - 1);
                for (var j = 0; j < weights.Length; j++) sum += weights[j] * from[j * width + x];
                to[x] = (byte)Math.Clamp(sum >> axis.Precision, 0, 255);
            }
        }
    }

    /// <summary>Four outputs at a time, up to eight taps each: products summed in pairs, then across the vector.</summary>
    private static int WidthBy8(ReadOnlySpan<byte> source, Span<byte> target, ResamplingAxis axis)
    {
        ref var pixels = ref MemoryMarshal.GetReference(source);
        ref var weights = ref MemoryMarshal.GetArrayDataReference(axis.Weights);
        var first = axis.First;
        var half = Vector128.Create(1 << (axis.Precision - 1));
        var o = 0;
        for (; o + 4 <= target.Length; o += 4)
        {
            var sums = Ssse3.HorizontalAdd(
                Ssse3.HorizontalAdd(Products(ref pixels, first[o], ref weights, o), Products(ref pixels, first[o + 1], ref weights, o + 1)),
                Ssse3.HorizontalAdd(Products(ref pixels, first[o + 2], ref weights, o + 2), Products(ref pixels, first[o + 3], ref weights, o + 3)));
            Store4(sums + half, axis.Precision, target[o..]);
        }
        return o;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector128<int> Products(ref byte pixels, int first, ref short weights, int output)
        {
            var eight = Vector128.CreateScalar(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref pixels, first))).AsByte();
            return Sse2.MultiplyAddAdjacent(Sse41.ConvertToVector128Int16(eight), Vector128.LoadUnsafe(ref weights, (nuint)(output * 8)));
        }
    }

    private static int WidthBy16(ReadOnlySpan<byte> source, Span<byte> target, ResamplingAxis axis)
    {
        ref var pixels = ref MemoryMarshal.GetReference(source);
        ref var weights = ref MemoryMarshal.GetArrayDataReference(axis.Weights);
        var (first, stride) = (axis.First, axis.Stride);
        var half = Vector128.Create(1 << (axis.Precision - 1));
        var o = 0;
        for (; o + 4 <= target.Length; o += 4)
        {
            var sums = Avx2.HorizontalAdd(
                Avx2.HorizontalAdd(Products(ref pixels, first[o], ref weights, o, stride), Products(ref pixels, first[o + 1], ref weights, o + 1, stride)),
                Avx2.HorizontalAdd(Products(ref pixels, first[o + 2], ref weights, o + 2, stride), Products(ref pixels, first[o + 3], ref weights, o + 3, stride)));
            Store4(sums.GetLower() + sums.GetUpper() + half, axis.Precision, target[o..]);
        }
        return o;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector256<int> Products(ref byte pixels, int first, ref short weights, int output, int stride)
        {
            var sum = Vector256<int>.Zero;
            for (var k = 0; k < stride; k += 16)
            {
                // Taps end inside the row and what lies behind them has weight 0, but the vector may reach past the plane.
                var sixteen = Vector128.LoadUnsafe(ref pixels, (nuint)(first + k));
                sum += Avx2.MultiplyAddAdjacent(Avx2.ConvertToVector256Int16(sixteen), Vector256.LoadUnsafe(ref weights, (nuint)(output * stride + k)));
            }
            return sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store4(Vector128<int> sums, int precision, Span<byte> target)
    {
        var words = Sse2.PackSignedSaturate(Vector128.ShiftRightArithmetic(sums, precision), Vector128<int>.Zero);
        Unsafe.WriteUnaligned(ref MemoryMarshal.GetReference(target), Sse2.PackUnsignedSaturate(words, words).AsUInt32().ToScalar());
    }

    /// <summary>Sixteen columns at a time; rows are taken in pairs so that one instruction multiplies and adds both.</summary>
    private static int HeightBy16(ReadOnlySpan<byte> source, Span<byte> target, ReadOnlySpan<short> weights, int precision)
    {
        ref var pixels = ref MemoryMarshal.GetReference(source);
        ref var output = ref MemoryMarshal.GetReference(target);
        var width = target.Length;
        var half = Vector256.Create(1 << (precision - 1));
        var x = 0;
        for (; x + 16 <= width; x += 16)
        {
            var (low, high) = (half, half);
            for (var j = 0; j < weights.Length; j += 2)
            {
                var odd = j + 1 == weights.Length;
                var a = Avx2.ConvertToVector256Int16(Vector128.LoadUnsafe(ref pixels, (nuint)(j * width + x)));
                var b = odd ? Vector256<short>.Zero : Avx2.ConvertToVector256Int16(Vector128.LoadUnsafe(ref pixels, (nuint)((j + 1) * width + x)));
                var pair = Vector256.Create((ushort)weights[j] | (odd ? 0 : weights[j + 1] << 16)).AsInt16();
                low += Avx2.MultiplyAddAdjacent(Avx2.UnpackLow(a, b), pair);
                high += Avx2.MultiplyAddAdjacent(Avx2.UnpackHigh(a, b), pair);
            }
            // Unpack and pack both work within 128-bit halves, so packing restores the order of the columns.
            var words = Avx2.PackSignedSaturate(Vector256.ShiftRightArithmetic(low, precision), Vector256.ShiftRightArithmetic(high, precision));
            Sse2.PackUnsignedSaturate(words.GetLower(), words.GetUpper()).StoreUnsafe(ref output, (nuint)x);
        }
        return x;
    }
}
