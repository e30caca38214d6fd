using FlashDrive.Driving;
using FlashDrive.Driving.Metrics;
using FlashDrive.World.Labels;
using FlashDrive.World.Rendering;
using FlashDrive.World.Simulation;

namespace FlashDrive.World;

/// <summary>
/// One moment of driving with everything a model may see of it and everything it should say and do: four cameras × four frames
/// (t0 − 0.3 s … t0 at 10 Hz), 1.6 s of ego history, the label and the expert's own future. Safe to use from several threads.
/// </summary>
public sealed class DrivingWindow
{
    public const int Frames = 4;

    private readonly Recording _recording;
    private readonly ScenePainter _painter;
    private readonly int _index;
    private readonly Label _label;
    private readonly WindowKind _kind;

    internal DrivingWindow(Recording recording, ScenePainter painter, int index, Label label, WindowKind kind)
    {
        _kind = kind;
        _recording = recording;
        _painter = painter;
        _index = index;
        _label = label;
        var origin = recording.EgoPose(index);
        Span<Pose> past = stackalloc Pose[EgoHistory.Poses];
        for (var i = 0; i < past.Length; i++) past[i] = recording.EgoPose(index - past.Length + 1 + i);
        History = EgoHistory.FromWorld(past);
        Span<Pose> future = stackalloc Pose[Trajectory.Points];
        for (var i = 0; i < future.Length; i++) future[i] = recording.EgoPose(index + 1 + i).RelativeTo(origin);
        Future = new(future);
        (Sentence, var cause, var manoeuvre) = SentenceGrammar.Say(label.Cause, label.Side, label.IsAmber);
        PhraseSpans = (cause, manoeuvre);
    }

    public ulong Seed => _recording.Scene.Seed;

    public Cause Cause => _label.Cause;

    public Manoeuvre Manoeuvre => _label.Manoeuvre;

    /// <summary>12-20 words that name the cause and the manoeuvre.</summary>
    public string Sentence { get; }

    /// <summary>Where in <see cref="Sentence"/> the cause and the manoeuvre are named.</summary>
    public (Range Cause, Range Manoeuvre) PhraseSpans { get; }

    public bool HasDistractor => Distractors.Count > 0;

    /// <summary>Causes whose object stands by in the pixels without constraining the ego.</summary>
    public IReadOnlySet<Cause> Distractors => _label.Distractors;

    /// <summary>The driven path up to t0.</summary>
    public EgoHistory History { get; }

    /// <summary>The expert's own future.</summary>
    public Trajectory Future { get; }

    /// <summary>A red light is labelled and nothing else constrains the ego once it is green. Replays the scene.</summary>
    public bool LightIsOnlyConstraint => Cause == Cause.RedLight && RepaintedGreen()?.Cause == Cause.GreenLight;

    /// <summary>The light of the hour is dusk.</summary>
    public bool IsDusk => _recording.Scene.Light.IsDusk;

    /// <summary>Indices of the cameras, see <see cref="CameraCatalog"/>.</summary>
    public IReadOnlyList<int> CameraIndices => CameraCatalog.DefaultIndices;

    /// <summary>The same world with its lights green at all times, label and future recomputed; null unless red is labelled in an onset window.</summary>
    public DrivingWindow? RepaintedGreen() => Cause == Cause.RedLight && _kind == WindowKind.Onset ? Replay(_recording.Scene.WithGreenLights()) : null;

    /// <summary>The same world without the vehicle ahead in the ego's lane, label and future recomputed; null when there is none or the window is not an onset.</summary>
    public DrivingWindow? WithoutLead()
    {
        var without = _recording.Scene.WithoutLeads();
        return without.Agents.Count == _recording.Scene.Agents.Count || _kind != WindowKind.Onset ? null : Replay(without);
    }

    /// <summary>Number of the oldest frame there is: the recording begins before the window does.</summary>
    public int OldestFrame => Frames - 1 - _index;

    /// <summary>Renders one image. Safe to call from several threads.</summary>
    /// <param name="cameraIndex">One of <see cref="CameraIndices"/>.</param>
    /// <param name="frame">0 oldest of the window (t0 − 0.3 s) … 3 newest (t0); from <see cref="OldestFrame"/> on, what was seen before it.</param>
    /// <param name="rgb">[height, width, 3], or empty when only the mask is wanted.</param>
    /// <param name="classes">[height, width] of <see cref="ObjectClass"/>, or empty.</param>
    /// <exception cref="ArgumentException">A span of another size than the picture, or a frame or camera that does not exist.</exception>
    public void Render(int cameraIndex, int frame, int width, int height, Span<byte> rgb, Span<byte> classes = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frame, OldestFrame);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(frame, Frames);
        RenderMoment(_recording, _painter, _index - (Frames - 1) + frame, cameraIndex, width, height, rgb, classes);
    }

    /// <summary>Carriageway, crossing roads included, in the ego frame at t0.</summary>
    public IDrivableArea Drivable => new RoadArea(_recording.Scene, _recording.EgoPose(_index));

    /// <summary>Footprints of everything solid over the future, in the ego frame at t0.</summary>
    public IObstacleForecast Obstacles => new RecordedObstacles(_recording, _index);

    /// <summary>The rectangle of the ego car around its pose, the middle of the rear axle.</summary>
    public static VehicleFootprint Footprint { get; } = new(EgoState.Length, EgoState.Width, EgoState.FrontOverhang - EgoState.Length / 2);

    internal static void RenderMoment(Recording recording, ScenePainter painter, int index, int cameraIndex, int width, int height, Span<byte> rgb, Span<byte> classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 16);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 16);
        if (!rgb.IsEmpty && rgb.Length != width * height * 3)
            throw new ArgumentException($"an image of {width}x{height} takes {width * height * 3} bytes, got {rgb.Length}", nameof(rgb));
        if (!classes.IsEmpty && classes.Length != width * height)
            throw new ArgumentException($"a mask of {width}x{height} takes {width * height} bytes, got {classes.Length}", nameof(classes));
        painter.Paint(CameraMount.Of(cameraIndex), recording.EgoPose(index), recording.Ego(index).S, recording.Agents(index),
            recording.StartTime + index * Recording.Step, width, height, rgb, classes, []);
    }

    /// <summary>The future had another driver with the habits of <paramref name="key"/> been at the wheel.</summary>
    internal Trajectory OtherDriver(ulong key) =>
        Replay(_recording.Scene with { Driver = Scenes.DriverProfile.Draw(new(new KeyedRandom(Seed).At(-5L).At(key))) }).Future;

    private DrivingWindow Replay(Scenes.Scene scene)
    {
        var recording = Recording.Play(scene, _recording.StartTime, _recording.Count);
        var painter = new ScenePainter(scene);
        return new(recording, painter, _index, Label.Of(recording, painter, _index), _kind);
    }
}
