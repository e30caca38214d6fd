using FlashDrive.Model.Configuration;
using FlashDrive.Model.Tokenization;

namespace FlashDrive.Model.Vision;

/// <summary>
/// Turns camera images into the vision tower's input, bit for bit as the reference does (alpamayo.md §5): target size, antialiased
/// bicubic resizing of bytes, patch rows. Weights and buffers are kept between images, so one instance serves one thread.
/// </summary>
public sealed class ImageProcessor
{
    // Streams have one or two camera sizes; a stranger's mix must not grow the table for ever.
    private const int MaxCachedAxes = 64;
    private const int Channels = VisionConfiguration.Channels;
    private const int MaxAspectRatio = 200;

    private readonly int _patch, _slices, _merge, _minPixels, _maxPixels;
    private readonly Dictionary<(int Input, int Output), ResamplingAxis> _axes = [];
    private byte[] _planes = [], _narrowed = [], _resized = [];

    public ImageProcessor(VisionConfiguration vision, int minPixels, int maxPixels)
        : this(vision.PatchSize, vision.TemporalPatchSize, vision.MergeSize, minPixels, maxPixels)
    {
    }

    /// <param name="minPixels">Least area of a resized image; max likewise.</param>
    public ImageProcessor(int patchSize, int temporalPatchSize, int mergeSize, int minPixels, int maxPixels) =>
        (_patch, _slices, _merge, _minPixels, _maxPixels) = (patchSize, temporalPatchSize, mergeSize, minPixels, maxPixels);

    /// <summary>Length of one patch row.</summary>
    public int PatchLength => Channels * _slices * _patch * _patch;

    /// <summary>Use vector instructions; the plain code gives the same bytes.</summary>
    internal bool AllowVectors { get; init; } = true;

    /// <summary>The size an image is resized to: multiples of patch · merge with an area between the bounds.</summary>
    /// <exception cref="ArgumentException">The longer side is more than 200 times the shorter, or a side is not positive.</exception>
    public (int Height, int Width) TargetSize(int height, int width) => TargetSize(height, width, _patch * _merge, _minPixels, _maxPixels);

    /// <summary>Size of the resized image in patches.</summary>
    public ImageGrid GridOf(int height, int width)
    {
        var (h, w) = TargetSize(height, width);
        return new(1, h / _patch, w / _patch);
    }

    /// <summary>Resizes and writes normalised patch rows.</summary>
    /// <param name="rgb">[height, width, 3] bytes, interleaved.</param>
    /// <param name="rows">[patches, PatchLength].</param>
    public ImageGrid Process(ReadOnlySpan<byte> rgb, int height, int width, Span<float> rows)
    {
        var grid = GridOf(height, width);
        Patches.WriteValues(ResizeInterleaved(rgb, height, width), grid, _patch, _slices, _merge, rows);
        return grid;
    }

    /// <summary>Resizes and writes patch rows as bytes; a value is (code − 127.5) / 127.5.</summary>
    public ImageGrid ProcessCodes(ReadOnlySpan<byte> rgb, int height, int width, Span<byte> rows)
    {
        var grid = GridOf(height, width);
        Patches.WriteCodes(ResizeInterleaved(rgb, height, width), grid, _patch, _slices, _merge, rows);
        return grid;
    }

    /// <summary>As <see cref="Process"/>, from planes.</summary>
    /// <param name="planes">[3, height, width] bytes.</param>
    public ImageGrid ProcessPlanar(ReadOnlySpan<byte> planes, int height, int width, Span<float> rows)
    {
        var grid = GridOf(height, width);
        Patches.WriteValues(ResizePlanar(planes, height, width), grid, _patch, _slices, _merge, rows);
        return grid;
    }

    /// <summary>As <see cref="ProcessCodes"/>, from planes.</summary>
    public ImageGrid ProcessPlanarCodes(ReadOnlySpan<byte> planes, int height, int width, Span<byte> rows)
    {
        var grid = GridOf(height, width);
        Patches.WriteCodes(ResizePlanar(planes, height, width), grid, _patch, _slices, _merge, rows);
        return grid;
    }

    /// <summary>The resized image [3, H, W]; valid until the next call.</summary>
    /// <param name="rgb">[height, width, 3] bytes, interleaved.</param>
    public ReadOnlySpan<byte> ResizeInterleaved(ReadOnlySpan<byte> rgb, int height, int width)
    {
        var pixels = PreparePlanes(rgb.Length, height, width);
        PixelPlanes.Split(rgb, _planes.AsSpan(0, pixels), _planes.AsSpan(pixels, pixels), _planes.AsSpan(2 * pixels, pixels));
        return Resize(height, width);
    }

    /// <summary>The resized image [3, H, W]; valid until the next call.</summary>
    /// <param name="planes">[3, height, width] bytes.</param>
    public ReadOnlySpan<byte> ResizePlanar(ReadOnlySpan<byte> planes, int height, int width)
    {
        PreparePlanes(planes.Length, height, width);
        planes.CopyTo(_planes);
        return Resize(height, width);
    }

    /// <summary>The weights of one pass.</summary>
    public ResamplingAxis Axis(int input, int output)
    {
        if (_axes.TryGetValue((input, output), out var axis)) return axis;
        if (_axes.Count >= MaxCachedAxes) _axes.Clear();
        return _axes[(input, output)] = ResamplingAxis.Create(input, output);
    }

    internal static (int Height, int Width) TargetSize(int height, int width, int factor, int minPixels, int maxPixels)
    {
        if (height < 1 || width < 1) throw new ArgumentException($"an image of {height} x {width} has no pixels");
        if ((double)Math.Max(height, width) / Math.Min(height, width) > MaxAspectRatio)
            throw new ArgumentException($"an image of {height} x {width} is more than {MaxAspectRatio} times as long as it is wide");
        // Doubles and this order of operations are part of the definition.
        var h = (long)Math.Round((double)height / factor) * factor;
        var w = (long)Math.Round((double)width / factor) * factor;
        if (h * w > maxPixels)
        {
            var shrink = Math.Sqrt((double)height * width / maxPixels);
            h = Math.Max(factor, (long)Math.Floor(height / shrink / factor) * factor);
            w = Math.Max(factor, (long)Math.Floor(width / shrink / factor) * factor);
        }
        else if (h * w < minPixels)
        {
            var stretch = Math.Sqrt(minPixels / ((double)height * width));
            h = (long)Math.Ceiling(height * stretch / factor) * factor;
            w = (long)Math.Ceiling(width * stretch / factor) * factor;
        }
        return (checked((int)h), checked((int)w));
    }

    private ReadOnlySpan<byte> Resize(int height, int width)
    {
        var (h, w) = TargetSize(height, width);
        if ((h, w) == (height, width)) return _planes.AsSpan(0, Channels * h * w);
        Grow(ref _narrowed, Channels * height * w);
        Grow(ref _resized, Channels * h * w);
        // All rows of all planes have the same width, so the width pass takes them as one tall plane.
        if (w != width) BicubicResampler.ResizeWidth(_planes, _narrowed, Channels * height, Axis(width, w), AllowVectors);
        var narrowed = w != width ? _narrowed : _planes;
        if (h == height) return narrowed.AsSpan(0, Channels * h * w);
        for (var channel = 0; channel < Channels; channel++)
            BicubicResampler.ResizeHeight(
                narrowed.AsSpan(channel * height * w, height * w), _resized.AsSpan(channel * h * w, h * w), w, Axis(height, h), AllowVectors);
        return _resized.AsSpan(0, Channels * h * w);
    }

    private int PreparePlanes(int bytes, int height, int width)
    {
        if (height < 1 || width < 1 || (long)height * width * Channels != bytes)
            throw new ArgumentException($"an image of {height} x {width} has {(long)height * width * Channels} bytes, got {bytes}");
        Grow(ref _planes, bytes + Axis(width, TargetSize(height, width).Width).Stride);
        return height * width;
    }

    private static void Grow(ref byte[] buffer, int bytes)
    {
        if (buffer.Length < bytes) buffer = new byte[bytes];
    }
}
