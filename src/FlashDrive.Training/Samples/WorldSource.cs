using FlashDrive.Driving;
using FlashDrive.World;

namespace FlashDrive.Training.Samples;

/// <summary>
/// Samples of the procedural world, each rendered afresh at the size of a clip and halved, so that training and driving see
/// equally smooth edges. Seeds lie above every seed an exam may use.
/// </summary>
/// <param name="seed">Seed of the training; two trainings share no world.</param>
/// <param name="episodeShare">Share of moments from the middle of longer drives.</param>
public sealed class WorldSource(ulong seed, double episodeShare) : ISampleSource
{
    /// <summary>Exam seeds are below this number, training seeds at or above it.</summary>
    public const ulong FirstTrainingSeed = 1UL << 32;

    private const int SourceWidth = 320, SourceHeight = 192, MaxDraws = 64;

    private const double RedShare = 0.08, RepaintedShare = 0.5;

    private static readonly int Frames = DrivingWindow.Frames;

    public int ClassCount { get; } = Enum.GetValues<ObjectClass>().Length;

    public DrivingSample Moment(ulong index)
    {
        var window = Window(index);
        var images = new List<byte[]>();
        var classes = new List<byte[]>();
        foreach (var camera in window.CameraIndices)
            for (var frame = 0; frame < Frames; frame++) Render(window, camera, frame, images, classes);
        return new(images, classes, window.Sentence, window.PhraseSpans.Cause, window.PhraseSpans.Manoeuvre, window.History, window.Future);
    }

    public DrivingSample Glance(ulong index)
    {
        var window = Window(index);
        var images = new List<byte[]>();
        var classes = new List<byte[]>();
        foreach (var camera in window.CameraIndices) Render(window, camera, Frames - 1, images, classes);
        return new(images, classes, "", default, default, window.History, null);
    }

    /// <summary>
    /// The window of a sample. Half of the red lights are repainted green, so that nothing but the lamp itself tells the two apart;
    /// some samples look for a red light on purpose, because few windows have one.
    /// </summary>
    public DrivingWindow Window(ulong index)
    {
        var random = new KeyedRandom(seed).At(index);
        var kind = random.Uniform(0) < episodeShare ? WindowKind.Episode : WindowKind.Onset;
        var wantsRed = random.Uniform(2) < RedShare;
        var window = Draw(random.At(1), 0, kind);
        for (var attempt = 1; wantsRed && window.Cause != Cause.RedLight && attempt < MaxDraws; attempt++) window = Draw(random.At(1), attempt, WindowKind.Onset);
        return window.Cause == Cause.RedLight && random.Uniform(3) < RepaintedShare ? window.RepaintedGreen() ?? window : window;
    }

    private static DrivingWindow Draw(KeyedRandom random, int attempt, WindowKind kind) =>
        WindowSampler.Sample(FirstTrainingSeed + random.Bits((ulong)attempt) % (ulong.MaxValue - FirstTrainingSeed), kind);

    private static void Render(DrivingWindow window, int camera, int frame, List<byte[]> images, List<byte[]> classes)
    {
        var rgb = new byte[SourceHeight * SourceWidth * 3];
        var mask = new byte[SourceHeight * SourceWidth];
        window.Render(camera, frame, SourceWidth, SourceHeight, rgb, mask);
        images.Add(Halve(rgb));
        classes.Add(mask);
    }

    /// <summary>Mean of every 2 × 2 square, [192, 320, 3] to [96, 160, 3].</summary>
    internal static byte[] Halve(ReadOnlySpan<byte> rgb)
    {
        const int stride = SourceWidth * 3;
        var half = new byte[rgb.Length / 4];
        var to = 0;
        for (var y = 0; y < SourceHeight; y += 2)
            for (var x = 0; x < stride; x += 6)
                for (var c = 0; c < 3; c++)
                {
                    var at = y * stride + x + c;
                    half[to++] = (byte)((rgb[at] + rgb[at + 3] + rgb[at + stride] + rgb[at + stride + 3] + 2) >> 2);
                }
        return half;
    }
}
