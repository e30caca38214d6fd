using FlashDrive.Driving;
using FlashDrive.World.Labels;
using FlashDrive.World.Rendering;
using FlashDrive.World.Scenes;
using FlashDrive.World.Simulation;

namespace FlashDrive.World;

/// <summary>Draws driving windows from seeds: the same seed gives the same window, byte for byte.</summary>
public static class WindowSampler
{
    private const int Attempts = 64;
    private const int HistoryMoments = EgoHistory.Poses;

    private static readonly Cause[] Causes = Enum.GetValues<Cause>();

    /// <summary>One window; its cause is drawn from the seed, all causes alike.</summary>
    public static DrivingWindow Sample(ulong seed, WindowKind kind) => kind switch
    {
        WindowKind.Onset => Onset(seed, Causes[new KeyedRandom(seed).At(-1L).Integer(0, Causes.Length)]),
        WindowKind.Episode => Episode.SampleWindow(seed, Causes[new KeyedRandom(seed).At(-1L).Integer(1, Causes.Length)]),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a kind of window"),
    };

    /// <summary>
    /// A stratified examination from seeds <paramref name="firstSeed"/>..<paramref name="lastSeed"/> (inclusive): the causes take turns,
    /// window i has seed firstSeed + i.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer seeds than windows.</exception>
    public static IEnumerable<DrivingWindow> Exam(ulong firstSeed, ulong lastSeed, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfLessThan(lastSeed, firstSeed);
        if (lastSeed - firstSeed < (ulong)Math.Max(0, count - 1))
            throw new ArgumentOutOfRangeException(nameof(count), count, $"the seeds {firstSeed}..{lastSeed} are fewer than the windows asked for; widen the range or ask for fewer");
        return Enumerable.Range(0, count).Select(i => Onset(firstSeed + (ulong)i, Causes[i % Causes.Length]));
    }

    /// <summary>An onset window about a given cause: scenes are drawn until one's label is that cause.</summary>
    internal static DrivingWindow Onset(ulong seed, Cause cause)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var scene = OnsetScene.Build(seed, attempt, cause);
            var recording = Recording.Play(scene, OnsetScene.StartTime, HistoryMoments + 1 + Trajectory.Points);
            var painter = new ScenePainter(scene);
            var label = Label.Of(recording, painter, HistoryMoments);
            if (label.Cause == cause) return new(recording, painter, HistoryMoments, label, WindowKind.Onset);
        }
        throw new InvalidOperationException($"no scene of seed {seed} shows {cause} in {Attempts} attempts: the scene's distances and the visibility limits contradict each other");
    }
}
