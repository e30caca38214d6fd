using FlashDrive.Driving;
using FlashDrive.Driving.Metrics;
using FlashDrive.Inference;
using FlashDrive.Inference.Stages;
using FlashDrive.Training.Samples;
using FlashDrive.World;

namespace FlashDrive.Service.Bench.Ablation;

/// <summary>
/// Drives held-out clips in every row's way, window by window in turn, so that a slow moment of the machine touches all rows. A second
/// pass over the same windows draws more samples and is not timed. One thread.
/// </summary>
internal sealed class AblationRun(AblationRequest request, DrivingModel model, DrivingModel tuned, TimeProvider time)
{
    private const int Frames = DrivingWindow.Frames;

    private readonly List<RowResult> _results = [.. AblationRow.Table.Select(row => new RowResult(row))];

    /// <param name="progress">Share of the windows done.</param>
    public IReadOnlyList<RowResult> Run(IProgress<double> progress, CancellationToken cancel)
    {
        var clips = (request.Windows + request.WindowsPerClip - 1) / request.WindowsPerClip;
        for (var clip = 0; clip < clips; clip++)
        {
            var measured = Math.Min(request.WindowsPerClip, request.Windows - clip * request.WindowsPerClip);
            Drive(WorldClip.HeldOut(clip, measured + 1), done => progress.Report((clip * request.WindowsPerClip + done) / (double)request.Windows), cancel);
            // What a clip leaves behind is not collected in the middle of the next one's windows.
            GC.Collect();
        }
        return _results;
    }

    private void Drive(WorldClip clip, Action<int> done, CancellationToken cancel)
    {
        using var timed = new Rows(_results, this, 1, time);
        using var sampled = request.Samples > 0 ? new Rows(_results, this, request.Samples, null) : null;
        var recent = new Queue<FrameBundle>();
        for (var index = 0; index < clip.TickCount; index++)
        {
            cancel.ThrowIfCancellationRequested();
            var tick = clip.Tick(index);
            recent.Enqueue(tick);
            if (recent.Count > Frames) recent.Dequeue();
            // The rows take turns in another order for every window.
            for (var turn = 0; turn < _results.Count; turn++)
            {
                var row = (turn + index) % _results.Count;
                var isMeasured = index >= Frames;
                if (timed.Take(row, recent, cancel) is { } measurement && isMeasured) _results[row].Measurements.Add(measurement);
                if (sampled?.Plan(row, recent, cancel) is { } plan && isMeasured) _results[row].MinAdes.Add(DisplacementErrors.MinimumAverage(plan.Trajectories, tick.Future!));
            }
            if (index >= Frames) done(index - Frames + 1);
        }
    }

    /// <summary>One rollout a row over one clip.</summary>
    private sealed class Rows : IDisposable
    {
        private readonly List<SequentialRollout> _rollouts = [];
        private readonly IReadOnlyList<RowResult> _results;
        private readonly TimeProvider? _time;
        private FrameCounts _counts;

        public Rows(IReadOnlyList<RowResult> results, AblationRun run, int samples, TimeProvider? time)
        {
            (_results, _time) = (results, time);
            foreach (var row in results.Select(r => r.Row))
                _rollouts.Add(new(
                    row.Tuned ? run.Tuned : run.Model, run.Request.Of(row, samples), time,
                    stages => stages with { Flow = new CountingHead(stages.Flow, row.Streams, counts => _counts = counts) }));
        }

        /// <summary>Null while the first ticks of the clip are collected.</summary>
        public Measurement? Take(int row, Queue<FrameBundle> recent, CancellationToken cancel)
        {
            var started = _time!.GetTimestamp();
            if (Result(row, recent, cancel) is not { Plan: { } plan } result) return null;
            var total = _time.GetElapsedTime(started);
            var newest = recent.Last();
            var images = newest.Frames.Count * (_results[row].Row.Streams ? 1 : Frames);
            return new(
                result.Times.Encode, result.Times.Prefill, result.Times.Decode, result.Times.Action, total, _counts, images,
                DisplacementErrors.Average(plan.Trajectories[0], newest.Future!));
        }

        public Plan? Plan(int row, Queue<FrameBundle> recent, CancellationToken cancel) => Result(row, recent, cancel)?.Plan;

        public void Dispose()
        {
            foreach (var rollout in _rollouts) rollout.Dispose();
        }

        /// <summary>A streaming row takes the newest tick, the others the whole window.</summary>
        private FrameResult? Result(int row, Queue<FrameBundle> recent, CancellationToken cancel)
        {
            var result = _results[row].Row.Streams ? _rollouts[row].Step(recent.Last(), cancel)
                : recent.Count == Frames ? _rollouts[row].Drive(new IngestedWindow([.. recent]), cancel)
                : null;
            if (recent.Count < Frames || result?.Plan is not null) return result;
            throw new InvalidOperationException($"row '{_results[row].Row.Name}' has no plan for tick {recent.Last().FrameId}: {result?.Outcome} in {result?.Stage}, {result?.Reason} {result?.Detail}");
        }
    }

    private AblationRequest Request => request;

    private DrivingModel Model => model;

    private DrivingModel Tuned => tuned;
}
