using System.Diagnostics;
using System.Globalization;
using FlashDrive.Actors;
using FlashDrive.Actors.Credits;
using FlashDrive.Actors.Observation;
using FlashDrive.Runtime;
using FlashDrive.Simulation.StandIns;

namespace FlashDrive.Perf;

/// <summary>
/// What the engine itself costs a frame: its latency through stages that do nothing, one frame at a time, against as many futex
/// ping-pongs as it makes hops, and what it leaves to the garbage collector.
/// </summary>
internal static class OverheadBenchmark
{
    private const double MostRatio = 2;
    private const int WarmUp = 500;

    internal static int Run(string[] args)
    {
        var options = Arguments.Parse(args, "--rounds", "--frames");
        var rounds = int.Parse(options.GetValueOrDefault("--rounds", "10"), CultureInfo.InvariantCulture);
        var frames = int.Parse(options.GetValueOrDefault("--frames", "1000"), CultureInfo.InvariantCulture);
        // Stages keep both processors busy, so an engine's hop mostly crosses them.
        var cpus = Affinity.Allowed();
        var futex = new FutexPingPong(frames, cpus[0], cpus[^1]);
        var hops = new HopCounter();
        var standIns = new StandInOptions(StandInOptions.TwoFrames, Sessions: 2);
        using var engine = new DrivingEngine(new EmbeddedHost(TimeProvider.System), StandInStages.Create(standIns), new(standIns.Engine), hops);
        var stream = engine.Open(new("stand-in", Seed: 1));
        var next = 0L;
        for (; next < WarmUp; next++) Drive(stream, next);
        futex.Round();
        List<double> hop = new(rounds * frames), latency = new(rounds * frames);
        hops.Reset();
        int[] collections = [GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2)];
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        for (var round = 0; round < rounds; round++)
        {
            hop.AddRange(futex.Round());
            for (var last = next + frames; next < last; next++) latency.Add(Drive(stream, next));
        }
        bytes = GC.GetTotalAllocatedBytes(precise: true) - bytes;
        for (var g = 0; g < 3; g++) collections[g] = GC.CollectionCount(g) - collections[g];
        return Report(hop, latency, hops.PerFrame, bytes / (rounds * frames), collections);
    }

    /// <summary>Microseconds from the offer to the frame's end.</summary>
    private static double Drive(EngineStream stream, long id)
    {
        var tick = StandInFrames.Tick(1, id);
        var started = Stopwatch.GetTimestamp();
        stream.Offer(tick);
        stream.WaitUntilIdle(TimeSpan.FromMinutes(1));
        return Stopwatch.GetElapsedTime(started).TotalMicroseconds;
    }

    private static int Report(List<double> hop, List<double> latency, double hops, long bytes, int[] collections)
    {
        hop.Sort();
        latency.Sort();
        static double At(List<double> sorted, double q) => sorted[(int)(q * (sorted.Count - 1))];
        var limit = MostRatio * hops * At(hop, 0.99);
        Console.WriteLine($"{latency.Count} frames one at a time through stages that do nothing, {hops:F1} hops each; µs");
        Console.WriteLine($"{"",-14} {"p50",9} {"p90",9} {"p99",9}");
        Console.WriteLine($"{"futex hop",-14} {At(hop, 0.5),9:F2} {At(hop, 0.9),9:F2} {At(hop, 0.99),9:F2}");
        Console.WriteLine($"{"frame latency",-14} {At(latency, 0.5),9:F1} {At(latency, 0.9),9:F1} {At(latency, 0.99),9:F1}   (p99 at most {MostRatio} x {hops:F1} x {At(hop, 0.99):F1} = {limit:F0}; goal 1000)");
        Console.WriteLine($"{bytes} bytes a frame, the producer's tick among them; collections {collections[0]}/{collections[1]}/{collections[2]}");
        return At(latency, 0.99) <= limit && collections[2] == 0 ? 0 : 1;
    }

    /// <summary>Handlings of frames' messages, and prefill's message to itself.</summary>
    private sealed class HopCounter : IEngineObserver
    {
        private long _handlings, _frames;

        internal double PerFrame => 1 + (double)Interlocked.Read(ref _handlings) / Interlocked.Read(ref _frames);

        internal void Reset() => (_handlings, _frames) = (0, 0);

        public void StageDone(in StageSpan span) => Interlocked.Increment(ref _handlings);

        public void FrameEnded(FrameTicket ticket, FrameEnd end) => Interlocked.Increment(ref _frames);
    }
}
