using System.Diagnostics;
using System.Globalization;
using FlashDrive.Actors;
using FlashDrive.Driving;
using FlashDrive.Inference;
using FlashDrive.Inference.Stages;
using FlashDrive.Runtime;
using FlashDrive.Torch;

namespace FlashDrive.Perf;

/// <summary>
/// Plans per second of the actor pipeline with every technique on, against the sequential rollout at one and at all threads, in rounds that take turns. The
/// pipeline cannot be faster than its longest stage, nor than the sum of the one-thread stages over the cores.
/// </summary>
internal static class PipelineBenchmark
{
    private const double LeastOfBound = 0.75, LeastOverSequential = 1.15;
    private const int WarmUp = 8;

    internal static int Run(string[] args)
    {
        var options = Arguments.Parse(args, "--model", "--rounds", "--frames", "--sessions", "--cores");
        var folder = options.GetValueOrDefault("--model", BenchmarkEngine.Model);
        int Number(string name, int otherwise) => int.Parse(options.GetValueOrDefault(name, otherwise.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);
        var (rounds, frames, sessions, cores) = (Number("--rounds", 5), Number("--frames", 60), Number("--sessions", 2), Number("--cores", Environment.ProcessorCount));

        var ticks = BenchmarkClip.Load(frames + WarmUp);
        torch.set_num_threads(1);
        using var model = DrivingModel.Load(folder);
        var engine = BenchmarkEngine.Options();
        var results = new List<Round>();
        for (var i = 0; i < rounds; i++)
        {
            var one = Sequential(model, engine, ticks, 1);
            var all = Sequential(model, engine, ticks, cores);
            var (rate, _) = Pipelined(model, engine, ticks, sessions);
            results.Add(new(one.Rate, all.Rate, rate, one.Stages));
        }
        return Report(results, rounds, frames, sessions, cores);
    }

    private static (double Rate, double[] Stages) Sequential(DrivingModel model, EngineOptions options, List<FrameBundle> ticks, int threads)
    {
        torch.set_num_threads(threads);
        using var rollout = new SequentialRollout(model, options, TimeProvider.System);
        var times = new List<StageTimes>();
        foreach (var tick in ticks.Take(WarmUp)) rollout.Step(tick);
        var started = Stopwatch.GetTimestamp();
        foreach (var tick in ticks.Skip(WarmUp)) times.Add(rollout.Step(tick).Times);
        var elapsed = Stopwatch.GetElapsedTime(started);
        torch.set_num_threads(1);
        return (times.Count / elapsed.TotalSeconds, [.. Enumerable.Range(0, 4).Select(stage => times.Average(t => t.Of(stage).TotalMilliseconds))]);
    }

    private static (double Rate, TimeSpan Elapsed) Pipelined(DrivingModel model, EngineOptions options, List<FrameBundle> ticks, int sessions)
    {
        using var engine = new DrivingEngine(new EmbeddedHost(TimeProvider.System), EngineStages.Of(model, options, sessions), new(options) { Sessions = sessions });
        var stream = engine.Open(new("bench"));
        void Drive(IEnumerable<FrameBundle> part)
        {
            foreach (var tick in part)
            {
                stream.WaitForRoom(CancellationToken.None);
                stream.Offer(tick);
            }
        }
        // The timed part begins and ends with full stages as little as a drive does: its last frames are waited for.
        Drive(ticks.Take(WarmUp));
        stream.WaitUntilIdle(TimeSpan.FromMinutes(1));
        var started = Stopwatch.GetTimestamp();
        Drive(ticks.Skip(WarmUp));
        stream.WaitUntilIdle(TimeSpan.FromMinutes(5));
        var elapsed = Stopwatch.GetElapsedTime(started);
        return ((ticks.Count - WarmUp) / elapsed.TotalSeconds, elapsed);
    }

    private static int Report(List<Round> results, int rounds, int frames, int sessions, int cores)
    {
        Console.WriteLine($"{rounds} interleaved rounds of {frames} frames, S = {sessions}, {cores} cores; plans/s");
        Console.WriteLine($"{"round",5} {"seq 1 thr",10} {$"seq {cores} thr",10} {"pipeline",10} {"bound",10} {"of bound",9} {"of seq",8}   one-thread ms: encode prefill decode action");
        for (var i = 0; i < results.Count; i++)
        {
            var r = results[i];
            Console.WriteLine(
                $"{i + 1,5} {r.One,10:F2} {r.All,10:F2} {r.Pipeline,10:F2} {r.Bound(cores),10:F2} {r.Pipeline / r.Bound(cores),9:F2} {r.Pipeline / r.BestSequential,8:F2}   {string.Join(' ', r.Stages.Select(s => $"{s:F1}"))}");
        }
        var (ofBound, ofSequential) = (Median(results.Select(r => r.Pipeline / r.Bound(cores))), Median(results.Select(r => r.Pipeline / r.BestSequential)));
        Console.WriteLine($"median: {ofBound:F2} of the bound (at least {LeastOfBound}), {ofSequential:F2} x the sequential rollout at its best threads (at least {LeastOverSequential})");
        return ofBound >= LeastOfBound && ofSequential >= LeastOverSequential ? 0 : 1;
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);

    /// <param name="Stages">Mean one-thread milliseconds of the four stages.</param>
    private sealed record Round(double One, double All, double Pipeline, double[] Stages)
    {
        internal double BestSequential => Math.Max(One, All);

        internal double Bound(int cores) => 1000 / Math.Max(Stages.Max(), Stages.Sum() / cores);
    }
}
