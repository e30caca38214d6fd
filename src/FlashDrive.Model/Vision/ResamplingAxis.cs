namespace FlashDrive.Model.Vision;

/// <summary>
/// The fixed-point weights of antialiased bicubic resampling along one axis (alpamayo.md §5.2; the integer path of torchvision's
/// resize): output o is the sum over taps of weight · pixel, shifted right by <see cref="Precision"/>.
/// </summary>
public sealed class ResamplingAxis
{
    private const double A = -0.5;

    private ResamplingAxis(int input, int output, int precision, int stride, int[] first, short[] weights, int[] taps)
    {
        (Input, Output, Precision, Stride, First, Weights, Taps) = (input, output, precision, stride, first, weights, taps);
    }

    public int Input { get; }

    public int Output { get; }

    /// <summary>Bits behind the binary point of a weight.</summary>
    public int Precision { get; }

    /// <summary>Weights stored per output: 8 or a multiple of 16, zero beyond the taps, so that whole vectors can be read.</summary>
    public int Stride { get; }

    /// <summary>[Output] index of the first input pixel that counts.</summary>
    public int[] First { get; }

    /// <summary>[Output · Stride].</summary>
    public short[] Weights { get; }

    /// <summary>[Output] number of input pixels that count.</summary>
    public int[] Taps { get; }

    public static ResamplingAxis Create(int input, int output)
    {
        var scale = (double)input / output;
        var stretch = Math.Max(scale, 1);
        var (radius, inverse) = (2 * stretch, 1 / stretch);
        var (first, taps) = (new int[output], new int[output]);
        var exact = new double[output][];
        double largest = 0;
        for (var o = 0; o < output; o++)
        {
            var centre = scale * (o + 0.5);
            first[o] = Math.Max(0, (int)(centre - radius + 0.5));
            taps[o] = Math.Min(input, (int)(centre + radius + 0.5)) - first[o];
            var weights = exact[o] = new double[taps[o]];
            double total = 0;
            for (var j = 0; j < weights.Length; j++) total += weights[j] = Kernel((first[o] + j - centre + 0.5) * inverse);
            for (var j = 0; j < weights.Length; j++) largest = Math.Max(largest, weights[j] /= total);
        }
        var precision = 0;
        while (precision < 22 && (int)(0.5 + largest * (1 << (precision + 1))) < 1 << 15) precision++;
        var mostTaps = taps.Max();
        var stride = mostTaps <= 8 ? 8 : (mostTaps + 15) / 16 * 16;
        var fixedPoint = new short[output * stride];
        for (var o = 0; o < output; o++)
            for (var j = 0; j < taps[o]; j++)
                fixedPoint[o * stride + j] = (short)(exact[o][j] * (1 << precision) + (exact[o][j] < 0 ? -0.5 : 0.5));
        return new(input, output, precision, stride, first, fixedPoint, taps);
    }

    private static double Kernel(double x)
    {
        x = Math.Abs(x);
        if (x < 1) return ((A + 2) * x - (A + 3)) * x * x + 1;
        return x < 2 ? (((x - 5) * x + 8) * x - 4) * A : 0;
    }
}
