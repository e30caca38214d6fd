using FlashDrive.Driving;
using FlashDrive.World.Labels;
using FlashDrive.World.Rendering;
using FlashDrive.World.Scenes;
using FlashDrive.World.Simulation;

namespace FlashDrive.World;

/// <summary>
/// A continuous drive with one event after another, ten moments a second. The recording reaches 1.6 s before and 6.4 s beyond the
/// drive, so that every moment of it has a history and a future.
/// </summary>
public sealed class Episode
{
    public const double LongestSeconds = 600;

    private const double SampledSeconds = 14;
    private const int PreRoll = EgoHistory.Poses;

    private readonly Recording _recording;
    private readonly ScenePainter _painter;

    private Episode(Recording recording, ScenePainter painter, double seconds)
    {
        _recording = recording;
        _painter = painter;
        Seconds = seconds;
    }

    public double Seconds { get; }

    /// <summary>Moments of the drive, 0.1 s apart from 0 s to <see cref="Seconds"/>.</summary>
    public int Moments => (int)Math.Round(Seconds / Recording.Step) + 1;

    /// <exception cref="ArgumentOutOfRangeException">Shorter than 1 s or longer than <see cref="LongestSeconds"/>.</exception>
    public static Episode Create(ulong seed, double seconds)
    {
        if (!(seconds is >= 1 and <= LongestSeconds))
            throw new ArgumentOutOfRangeException(nameof(seconds), seconds, $"an episode lasts 1 to {LongestSeconds} seconds");
        return Create(seed, 0, seconds, null);
    }

    /// <summary>Ego pose (middle of the rear axle on the ground) in the world frame.</summary>
    /// <param name="time">Seconds from the start, −1.6 … <see cref="Seconds"/> + 6.4; between moments the pose is interpolated.</param>
    public Pose PoseAt(double time)
    {
        var position = (time - _recording.StartTime) / Recording.Step;
        if (!(position >= -1e-6 && position <= _recording.Count - 1 + 1e-6))
            throw new ArgumentOutOfRangeException(nameof(time), time, $"the episode is recorded from {_recording.StartTime} s to {Seconds + Trajectory.HorizonSeconds} s");
        var nearest = (int)Math.Round(position);
        if (Math.Abs(position - nearest) < 1e-6) return _recording.EgoPose(nearest);
        var index = (int)Math.Floor(position);
        return Pose.Interpolate(_recording.EgoPose(index), _recording.EgoPose(index + 1), position - index);
    }

    /// <summary>The moment as a window: label, history, future and pictures.</summary>
    /// <param name="time">Seconds from the start, 0 … <see cref="Seconds"/>, taken to the nearest 0.1 s.</param>
    public DrivingWindow WindowAt(double time)
    {
        var index = IndexOf(time);
        return new(_recording, _painter, index, Label.Of(_recording, _painter, index), WindowKind.Episode);
    }

    /// <summary>Renders one picture; arguments as <see cref="DrivingWindow.Render"/>.</summary>
    /// <param name="time">Seconds from the start, taken to the nearest 0.1 s.</param>
    public void Render(int cameraIndex, double time, int width, int height, Span<byte> rgb, Span<byte> classes = default) =>
        DrivingWindow.RenderMoment(_recording, _painter, IndexOf(time), cameraIndex, width, height, rgb, classes);

    /// <summary>
    /// A moment of a drive at which the label is the wanted cause and the expert's future shows its manoeuvre. A drive may never show
    /// it (its light turns too late, its walker is passed): after some drives the next cause is looked for instead.
    /// </summary>
    internal static DrivingWindow SampleWindow(ulong seed, Cause wanted)
    {
        const int drives = 6;
        var causes = Enum.GetValues<Cause>().Length;
        for (var attempt = 0; attempt < drives * causes; attempt++)
        {
            var cause = (Cause)(((int)wanted + attempt / drives) % causes);
            var episode = Create(seed, attempt + 1, SampledSeconds, cause);
            if (episode.FindMoment(cause, new KeyedRandom(seed).At(-3L).Integer((ulong)attempt, episode.Moments)) is { } window) return window;
        }
        throw new InvalidOperationException($"no drive of seed {seed} shows any cause: the visibility limits contradict the scenes");
    }

    private DrivingWindow? FindMoment(Cause cause, int first)
    {
        // The situation is cheap, the pictures a label needs are not; a moment after one that failed would likely fail as well.
        const int moreAfterFailure = 3;
        for (var i = 0; i < Moments; i++)
        {
            var index = PreRoll + (first + i) % Moments;
            if (Situation.Assess(_recording.Scene, _recording.Agents(index), _recording.Ego(index)).Strongest != cause) continue;
            var label = Label.Of(_recording, _painter, index);
            if (label.Cause == cause)
            {
                var window = new DrivingWindow(_recording, _painter, index, label, WindowKind.Episode);
                if (ManoeuvreRule.Agrees(window.Manoeuvre, window.History, window.Future)) return window;
            }
            i += moreAfterFailure;
        }
        return null;
    }

    private static Episode Create(ulong seed, int attempt, double seconds, Cause? first)
    {
        var scene = EpisodeScene.Build(seed, attempt, seconds, first);
        var count = PreRoll + (int)Math.Round(seconds / Recording.Step) + 1 + Trajectory.Points;
        return new(Recording.Play(scene, EpisodeScene.StartTime, count), new ScenePainter(scene), seconds);
    }

    private int IndexOf(double time)
    {
        if (!(time >= -0.3 - 1e-6 && time <= Seconds + 1e-6))
            throw new ArgumentOutOfRangeException(nameof(time), time, $"the drive lasts from 0 to {Seconds} s");
        return PreRoll + (int)Math.Round(time / Recording.Step);
    }
}
