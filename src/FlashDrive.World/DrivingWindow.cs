using FlashDrive.Driving;

namespace FlashDrive.World;

/// <summary>
/// One moment of driving with everything a model may see of it and everything it should say and do: four cameras × four frames
/// (t0 − 0.3 s … t0 at 10 Hz), 1.6 s of ego history, the label and the expert's own future.
/// </summary>
public sealed class DrivingWindow
{
    public const int Frames = 4;
    public const int HistoryPoses = 16;

    internal DrivingWindow(ulong seed) => Seed = seed;

    public ulong Seed { get; }

    public Cause Cause { get; }

    public Manoeuvre Manoeuvre { get; }

    /// <summary>12-20 words that name the cause and the manoeuvre.</summary>
    public string Sentence { get; } = "";

    /// <summary>Where in <see cref="Sentence"/> the cause and the manoeuvre are named.</summary>
    public (Range Cause, Range Manoeuvre) PhraseSpans { get; }

    public bool HasDistractor => Distractors.Count > 0;

    /// <summary>Causes whose object stands by in the pixels without constraining the ego.</summary>
    public IReadOnlySet<Cause> Distractors { get; } = new HashSet<Cause>();

    /// <summary>[16] poses in the ego frame at t0, oldest first (t0 − 1.5 s), the last one the identity.</summary>
    public IReadOnlyList<Pose> History { get; } = [];

    /// <summary>The expert's own future.</summary>
    public Trajectory Future => throw new NotImplementedException();

    /// <summary>A red light is labelled and nothing else constrains the ego once it is green.</summary>
    public bool LightIsOnlyConstraint { get; }

    public IReadOnlyList<int> CameraIndices => CameraCatalog.DefaultIndices;

    /// <summary>The same world with the red light showing green in every frame, label and future recomputed; null unless red is labelled.</summary>
    public DrivingWindow? RepaintedGreen() => throw new NotImplementedException();

    /// <summary>The same world without the lead vehicle, label and future recomputed; null when there is none.</summary>
    public DrivingWindow? WithoutLead() => throw new NotImplementedException();

    /// <summary>Renders one image. Safe to call from several threads.</summary>
    /// <param name="cameraIndex">One of <see cref="CameraIndices"/>.</param>
    /// <param name="frame">0 oldest (t0 − 0.3 s) … 3 newest (t0).</param>
    /// <param name="rgb">[height, width, 3], or empty when only the mask is wanted.</param>
    /// <param name="classes">[height, width] of <see cref="ObjectClass"/>, or empty.</param>
    public void Render(int cameraIndex, int frame, int width, int height, Span<byte> rgb, Span<byte> classes = default) => throw new NotImplementedException();

    /// <summary>Footprints of everything solid at future point <paramref name="index"/> (0..63, t0 + 0.1·(index+1) s), ego frame at t0.</summary>
    public IReadOnlyList<OrientedBox> ObstaclesAt(int index) => throw new NotImplementedException();

    /// <summary>Whether a point of the ego frame at t0 lies on the carriageway.</summary>
    public bool IsOnRoad(double x, double y) => throw new NotImplementedException();
}
