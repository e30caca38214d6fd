using System.Collections.Concurrent;
using FlashDrive.Driving;
using FlashDrive.Inference;
using FlashDrive.Inference.Flow;
using FlashDrive.Inference.Stages;
using FlashDrive.Model.Drafting;
using FlashDrive.Torch;
using FlashDrive.Training.Rollouts;
using FlashDrive.Training.Samples;
using FlashDrive.Training.Streaming;
using FlashDrive.World;

namespace FlashDrive.Training.Drafting;

/// <summary>Draws the target's own thoughts: over single windows prefilled whole, and over the windows of streamed clips.</summary>
public sealed class ThoughtSource(DrivingModel model, DrafterConfiguration drafter, DraftRecipe recipe, ulong seed)
{
    private const int LongestThought = 48, ThoughtKey = 60, KindKey = 61;

    private static readonly ReasoningOptions Greedy = new(0, 1, LongestThought), Drawn = new(Budget: LongestThought);

    private static readonly EngineOptions Whole = new(Drawn, new FlowOptions(), DrivingWindow.Frames);

    // A rollout long enough for a group, at windows of every age.
    private readonly StreamingRecipe _rollouts = new(recipe.ThoughtsPerGroup, LongShare: 0.3) { Shortest = recipe.ThoughtsPerGroup + 1, Longest = 2 * recipe.ThoughtsPerGroup + 2 };

    /// <summary>Thoughts of many groups, in the groups' order.</summary>
    /// <param name="validation">Of worlds that no training sees.</param>
    /// <param name="progress">Told the part done, 0..1.</param>
    public DraftCorpus Draw(int groups, bool validation, int threads, IProgress<double>? progress = null, CancellationToken cancel = default)
    {
        var drawn = new List<DraftThought>[groups];
        var failures = new ConcurrentQueue<Exception>();
        var (next, done) = (0, 0);
        var workers = Enumerable.Range(0, Math.Min(threads, groups)).Select(_ => new Thread(() =>
        {
            try
            {
                torch.set_num_threads(1);
                using var whole = new StageRollout(model, Whole);
                using var stream = new StageRollout(model, StreamingTraining.Engine);
                var recorder = new ThoughtRecorder(model, drafter);
                for (var g = Interlocked.Increment(ref next) - 1; g < groups && failures.IsEmpty && !cancel.IsCancellationRequested; g = Interlocked.Increment(ref next) - 1)
                {
                    drawn[g] = [.. (g % 2 == 0 ? Single(whole, recorder, g, validation) : Streamed(stream, recorder, g, validation)).OfType<DraftThought>()];
                    progress?.Report((double)Interlocked.Increment(ref done) / groups);
                }
            }
            catch (Exception e)
            {
                failures.Enqueue(e);
            }
        }) { IsBackground = true }).ToList();
        foreach (var worker in workers) worker.Start();
        foreach (var worker in workers) worker.Join();
        if (failures.TryPeek(out var failure)) throw new InvalidOperationException($"drawing thoughts stopped: {failure.Message}", failure);
        cancel.ThrowIfCancellationRequested();
        return new([.. drawn.SelectMany(thoughts => thoughts)]);
    }

    /// <summary>The best thought of one window, prefilled whole.</summary>
    internal DraftThought Record(DrivingWindow window)
    {
        using var rollout = new StageRollout(model, Whole);
        using var session = rollout.Think(rollout.Whole(WindowTicks.Of(window, 0)), seed, Greedy);
        return new ThoughtRecorder(model, drafter).Record(session.Session, false) ?? throw new InvalidOperationException($"the thought of window {window.Seed} does not end");
    }

    private IEnumerable<DraftThought?> Single(StageRollout rollout, ThoughtRecorder recorder, int group, bool validation)
    {
        var worlds = new WorldSource(seed, recipe.EpisodeShare);
        for (var i = 0; i < recipe.ThoughtsPerGroup; i++)
        {
            var index = (long)group * recipe.ThoughtsPerGroup + i;
            var window = validation
                ? WindowSampler.Sample(WorldClip.FirstValidationSeed + (ulong)index, WindowKind.Onset)
                : worlds.Window((ulong)index);
            yield return Record(rollout, recorder, rollout.Whole(WindowTicks.Of(window, index)), index, false);
        }
    }

    private List<DraftThought?> Streamed(StageRollout rollout, ThoughtRecorder recorder, int group, bool validation)
    {
        var plan = _rollouts.Draw(new KeyedRandom(seed).At(group).At(KindKey), DrivingWindow.Frames);
        var clip = validation
            ? new WorldClip(WorldClip.FirstValidationSeed + (ulong)group, plan.ClipWindows, plan.Start)
            : WorldClip.Training(seed, (ulong)group, plan.ClipWindows, plan.Start);
        var thoughts = new List<DraftThought?>();
        rollout.Run(clip.Tick, plan, (window, newest) => thoughts.Add(Record(rollout, recorder, window, (long)group * recipe.ThoughtsPerGroup + thoughts.Count, true)));
        return thoughts;
    }

    private DraftThought? Record(StageRollout rollout, ThoughtRecorder recorder, PrefilledWindow window, long index, bool isStreamed)
    {
        var random = new KeyedRandom(seed).At(index).At(ThoughtKey);
        using var session = rollout.Think(window, random.Bits(0), random.Uniform(1) < recipe.GreedyShare ? Greedy : Drawn);
        return recorder.Record(session.Session, isStreamed);
    }
}
