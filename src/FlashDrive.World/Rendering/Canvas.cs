using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace FlashDrive.World.Rendering;

/// <summary>
/// Pixels with inverse depth. A pixel is one 32-bit word: red, green, blue and in the highest byte the <see cref="ObjectClass"/>,
/// so that the mask costs nothing beside the picture. Convex shapes are filled row by row, eight pixels at a time.
/// </summary>
internal sealed class Canvas
{
    private uint[] _pixels = [];
    private float[] _inverseDepth = [];
    private float[] _left = [];
    private float[] _right = [];

    public int Width { get; private set; }

    public int Height { get; private set; }

    /// <summary>Side in pixels of the smallest thing that is still painted: one pixel of a picture 160 wide.</summary>
    public int Grain { get; private set; }

    public void Begin(int width, int height)
    {
        Width = width;
        Height = height;
        Grain = Math.Max(1, (width + 80) / 160);
        if (_pixels.Length < width * height)
        {
            _pixels = new uint[width * height];
            _inverseDepth = new float[width * height];
        }
        if (_left.Length < height)
        {
            _left = new float[height];
            _right = new float[height];
        }
        Array.Clear(_inverseDepth, 0, width * height);
    }

    public Span<uint> Row(int y) => _pixels.AsSpan(y * Width, Width);

    /// <summary>Fills a convex polygon that lies on the ground: one colour per picture row, no depth.</summary>
    public void FillGround(ReadOnlySpan<float> x, ReadOnlySpan<float> y, ReadOnlySpan<uint> rowColours)
    {
        var (first, last) = Edges(x, y);
        for (var row = first; row <= last; row++)
        {
            var (from, to) = SpanOf(row);
            if (to > from) _pixels.AsSpan(row * Width + from, to - from).Fill(rowColours[row]);
        }
    }

    /// <summary>Fills a convex polygon whose inverse depth is a·x + b·y + c at pixel centres; true when a pixel was covered, hidden or not.</summary>
    public bool Fill(ReadOnlySpan<float> x, ReadOnlySpan<float> y, float a, float b, float c, uint colour)
    {
        var (first, last) = Edges(x, y);
        var covered = false;
        for (var row = first; row <= last; row++)
        {
            var (from, to) = SpanOf(row);
            if (to <= from) continue;
            covered = true;
            FillSpan(row, from, to, a * (from + 0.5f) + b * (row + 0.5f) + c, a, colour);
        }
        return covered;
    }

    /// <summary>Fills a disc facing the camera at one depth.</summary>
    public void FillDisc(float centreX, float centreY, float radiusX, float radiusY, float inverseDepth, uint colour)
    {
        var first = Math.Max(0, (int)MathF.Ceiling(centreY - radiusY - 0.5f));
        var last = Math.Min(Height - 1, (int)MathF.Ceiling(centreY + radiusY - 0.5f) - 1);
        for (var row = first; row <= last; row++)
        {
            var t = (row + 0.5f - centreY) / radiusY;
            var half = radiusX * MathF.Sqrt(Math.Max(0, 1 - t * t));
            var from = Math.Max(0, (int)MathF.Ceiling(centreX - half - 0.5f));
            var to = Math.Min(Width, (int)MathF.Ceiling(centreX + half - 0.5f));
            if (to > from) FillSpan(row, from, to, inverseDepth, 0, colour);
        }
    }

    /// <summary>Paints a block of <see cref="Grain"/> pixels around a point.</summary>
    public void FillGrain(float centreX, float centreY, float inverseDepth, uint colour)
    {
        var left = (int)MathF.Floor(centreX / Grain) * Grain;
        var top = (int)MathF.Floor(centreY / Grain) * Grain;
        if (left < 0 || top < 0 || left + Grain > Width || top + Grain > Height) return;
        for (var row = top; row < top + Grain; row++) FillSpan(row, left, left + Grain, inverseDepth, 0, colour);
    }

    /// <summary>Copies the picture out; either span may be empty.</summary>
    public void Read(Span<byte> rgb, Span<byte> classes)
    {
        var pixels = _pixels.AsSpan(0, Width * Height);
        if (!rgb.IsEmpty)
        {
            // Four-byte stores that overlap by one: the class byte is overwritten by the next pixel, the last pixel is written alone.
            ref var target = ref MemoryMarshal.GetReference(rgb);
            for (var i = 0; i < pixels.Length - 1; i++) Unsafe.WriteUnaligned(ref Unsafe.Add(ref target, 3 * i), pixels[i]);
            var last = pixels[^1];
            var at = 3 * (pixels.Length - 1);
            rgb[at] = (byte)last;
            rgb[at + 1] = (byte)(last >> 8);
            rgb[at + 2] = (byte)(last >> 16);
        }
        if (!classes.IsEmpty)
        {
            for (var i = 0; i < pixels.Length; i++) classes[i] = (byte)(pixels[i] >> 24);
        }
    }

    /// <summary>Adds the number of pixels of each class to <paramref name="counts"/>.</summary>
    public void CountClasses(Span<int> counts)
    {
        foreach (var pixel in _pixels.AsSpan(0, Width * Height)) counts[(int)(pixel >> 24)]++;
    }

    private void FillSpan(int row, int from, int to, float inverseDepth, float slope, uint colour)
    {
        ref var depth = ref MemoryMarshal.GetArrayDataReference(_inverseDepth);
        ref var pixel = ref MemoryMarshal.GetArrayDataReference(_pixels);
        var i = row * Width + from;
        var end = row * Width + to;
        if (end - i >= 8)
        {
            var w = Vector256.Create(inverseDepth) + Vector256.Create(0f, 1, 2, 3, 4, 5, 6, 7) * slope;
            var step = Vector256.Create(8 * slope);
            var paint = Vector256.Create(colour);
            for (; i <= end - 8; i += 8)
            {
                var old = Vector256.LoadUnsafe(ref depth, (nuint)i);
                var nearer = Vector256.GreaterThan(w, old);
                Vector256.ConditionalSelect(nearer, w, old).StoreUnsafe(ref depth, (nuint)i);
                Vector256.ConditionalSelect(nearer.AsUInt32(), paint, Vector256.LoadUnsafe(ref pixel, (nuint)i)).StoreUnsafe(ref pixel, (nuint)i);
                w += step;
            }
            inverseDepth = w[0];
        }
        for (; i < end; i++, inverseDepth += slope)
        {
            if (inverseDepth <= Unsafe.Add(ref depth, i)) continue;
            Unsafe.Add(ref depth, i) = inverseDepth;
            Unsafe.Add(ref pixel, i) = colour;
        }
    }

    private (int From, int To) SpanOf(int row) =>
        (Math.Max(0, (int)MathF.Ceiling(_left[row] - 0.5f)), Math.Min(Width, (int)MathF.Ceiling(_right[row] - 0.5f)));

    /// <summary>Notes for every row whose centre the polygon crosses where it is entered and left.</summary>
    private (int First, int Last) Edges(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        float top = y[0], bottom = y[0];
        foreach (var v in y)
        {
            top = MathF.Min(top, v);
            bottom = MathF.Max(bottom, v);
        }
        if (!(bottom > 0 && top < Height)) return (0, -1);
        var first = Math.Max(0, (int)MathF.Ceiling(top - 0.5f));
        var last = Math.Min(Height - 1, (int)MathF.Ceiling(bottom - 0.5f) - 1);
        if (last < first) return (0, -1);
        _left.AsSpan(first, last - first + 1).Fill(float.MaxValue);
        _right.AsSpan(first, last - first + 1).Fill(float.MinValue);
        for (int i = 0, j = x.Length - 1; i < x.Length; j = i++)
        {
            float x0 = x[j], y0 = y[j], x1 = x[i], y1 = y[i];
            if (y0 == y1) continue;
            if (y0 > y1) (x0, y0, x1, y1) = (x1, y1, x0, y0);
            var from = Math.Max(first, (int)MathF.Ceiling(MathF.Max(y0, 0) - 0.5f));
            var to = Math.Min(last, (int)MathF.Ceiling(MathF.Min(y1, Height) - 0.5f) - 1);
            var slope = (x1 - x0) / (y1 - y0);
            var at = x0 + (from + 0.5f - y0) * slope;
            for (var row = from; row <= to; row++, at += slope)
            {
                if (at < _left[row]) _left[row] = at;
                if (at > _right[row]) _right[row] = at;
            }
        }
        return (first, last);
    }
}
