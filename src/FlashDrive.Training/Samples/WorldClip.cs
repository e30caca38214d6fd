using FlashDrive.Driving;
using FlashDrive.Inference.Stages;
using FlashDrive.World;

namespace FlashDrive.Training.Samples;

/// <summary>
/// A continuous drive through the procedural world as the engine receives it: one tick of four cameras every 0.1 s, with the ego
/// history and the path the expert then drove. Pictures are rendered when a tick is asked for, so a clip of any length costs
/// nothing to hold. The same arguments give the same bytes. Safe to use from several threads.
/// </summary>
public sealed class WorldClip
{
    /// <summary>Clips that evaluations drive; exams and checks of single windows use other seeds.</summary>
    public const ulong FirstHeldOutSeed = 3_500_000_000;

    /// <summary>Clips by which a training chooses what it keeps.</summary>
    public const ulong FirstValidationSeed = 3_200_000_000;

    /// <summary>Most windows of one clip, its start included.</summary>
    public const int MostWindows = 5000;

    private const long TickMicroseconds = 100_000, ClipKey = 40;
    private const int Width = ClipMaker.DefaultWidth, Height = ClipMaker.DefaultHeight;

    private readonly Episode _episode;
    private readonly int _start;

    /// <param name="seed">Of the world.</param>
    /// <param name="windows">Windows of four frames, 1 … <see cref="MostWindows"/>.</param>
    /// <param name="start">Ticks of the drive left out before the clip begins.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length outside its range.</exception>
    public WorldClip(ulong seed, int windows, int start = 0)
    {
        if (windows < 1 || start < 0 || windows > MostWindows - start)
            throw new ArgumentOutOfRangeException(nameof(windows), windows, $"a clip has 1 to {MostWindows} windows, its start of {start} ticks included");
        (Seed, Windows, _start) = (seed, windows, start);
        _episode = Episode.Create(seed, Math.Max(1, (start + TickCount - 1) * Trajectory.StepSeconds));
    }

    /// <summary>Clip number <paramref name="index"/> of those that no training sees.</summary>
    public static WorldClip HeldOut(int index, int windows) => new(FirstHeldOutSeed + (ulong)index, windows);

    /// <summary>A clip of a training: another world for every index, none of which an evaluation may use.</summary>
    public static WorldClip Training(ulong seed, ulong index, int windows, int start = 0)
    {
        var bits = new KeyedRandom(seed).At(index).At(ClipKey).Bits(0);
        return new(WorldSource.FirstTrainingSeed + bits % (ulong.MaxValue - WorldSource.FirstTrainingSeed), windows, start);
    }

    public ulong Seed { get; }

    /// <summary>Ticks that end a whole window: all but the first three.</summary>
    public int Windows { get; }

    public int TickCount => Windows + DrivingWindow.Frames - 1;

    /// <summary>Tick number <paramref name="index"/>, rendered afresh; window w ends with tick w + 3.</summary>
    /// <returns>Four cameras of 320 × 192 pixels, the ego history, and the expert's future in <see cref="FrameBundle.Future"/>.</returns>
    public FrameBundle Tick(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, TickCount);
        var moment = _start + index;
        var time = (index + 1) * TickMicroseconds;
        var images = new CameraFrame[CameraCatalog.DefaultIndices.Count];
        for (var i = 0; i < images.Length; i++)
        {
            var rgb = new byte[Width * Height * 3];
            _episode.Render(CameraCatalog.DefaultIndices[i], moment * Trajectory.StepSeconds, Width, Height, rgb);
            images[i] = new(CameraCatalog.DefaultIndices[i], time, Width, Height, rgb);
        }
        return new(index, time, images, History(moment)) { Future = Future(moment) };
    }

    /// <summary>Every tick in order, each rendered when it is reached.</summary>
    public IEnumerable<FrameBundle> Ticks() => Enumerable.Range(0, TickCount).Select(Tick);

    /// <summary>The ticks of window number <paramref name="index"/>, for driving it whole.</summary>
    public IngestedWindow Window(int index) => new([.. Enumerable.Range(index, DrivingWindow.Frames).Select(Tick)]);

    private EgoHistory History(int moment)
    {
        Span<Pose> past = stackalloc Pose[EgoHistory.Poses];
        for (var i = 0; i < past.Length; i++) past[i] = Pose(moment - past.Length + 1 + i);
        return EgoHistory.FromWorld(past);
    }

    private Trajectory Future(int moment)
    {
        var origin = Pose(moment);
        Span<Pose> future = stackalloc Pose[Trajectory.Points];
        for (var i = 0; i < future.Length; i++) future[i] = Pose(moment + 1 + i).RelativeTo(origin);
        return new(future);
    }

    private Pose Pose(int moment) => _episode.PoseAt(moment * Trajectory.StepSeconds);
}
