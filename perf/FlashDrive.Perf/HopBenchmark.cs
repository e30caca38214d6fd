using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using FlashDrive.Runtime;

namespace FlashDrive.Perf;

/// <summary>
/// What a hop between two actors on threads of their own costs, against the least that the system charges for one thread to wake
/// another: a futex ping-pong on the same processors. Both take turns in short rounds, so that a slow moment of the machine touches
/// both. Half of a round trip is a hop.
/// </summary>
internal static class HopBenchmark
{
    private const double MostRatio = 2;

    internal static int Run(string[] args)
    {
        var options = Arguments.Parse(args, "--rounds", "--trips");
        var rounds = int.Parse(options.GetValueOrDefault("--rounds", "20"), CultureInfo.InvariantCulture);
        var trips = int.Parse(options.GetValueOrDefault("--trips", "2000"), CultureInfo.InvariantCulture);
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            throw new PlatformNotSupportedException("the hop is measured against a futex of Linux on x64");

        var cpus = Affinity.Allowed();
        var good = Measure("one processor", cpus[0], cpus[0], rounds, trips);
        if (cpus.Length > 1) good &= Measure("two processors", cpus[0], cpus[1], rounds, trips);
        return good ? 0 : 1;
    }

    private static bool Measure(string what, int pingCpu, int pongCpu, int rounds, int trips)
    {
        var futex = new FutexPingPong(trips, pingCpu, pongCpu);
        using var actors = new Actors(trips, pingCpu, pongCpu);
        for (var i = 0; i < 3; i++)
        {
            futex.Round();
            actors.Round();
        }
        List<double> futexHops = new(rounds * trips), actorHops = new(rounds * trips);
        long bytes = 0;
        for (var i = 0; i < rounds; i++)
        {
            futexHops.AddRange(futex.Round());
            var before = GC.GetTotalAllocatedBytes(precise: true);
            var hops = actors.Round();
            bytes += GC.GetTotalAllocatedBytes(precise: true) - before;
            actorHops.AddRange(hops);
        }
        return Report(what, futexHops, actorHops, bytes);
    }

    private static bool Report(string what, List<double> futex, List<double> actors, long bytes)
    {
        futex.Sort();
        actors.Sort();
        static double At(List<double> sorted, double q) => sorted[(int)(q * (sorted.Count - 1))];
        var (middle, tail) = (At(actors, 0.5) / At(futex, 0.5), At(actors, 0.99) / At(futex, 0.99));
        Console.WriteLine($"{what}: {actors.Count} round trips each, interleaved; µs per hop");
        Console.WriteLine($"{"",-8} {"p50",8} {"p99",8}");
        Console.WriteLine($"{"futex",-8} {At(futex, 0.5),8:F2} {At(futex, 0.99),8:F2}");
        Console.WriteLine($"{"actors",-8} {At(actors, 0.5),8:F2} {At(actors, 0.99),8:F2}");
        Console.WriteLine($"{"ratio",-8} {middle,8:F2} {tail,8:F2}   (p50 at most {MostRatio})");
        Console.WriteLine($"allocated {bytes / (2.0 * actors.Count):F4} bytes per hop ({bytes} in all)");
        // The runtime itself takes a few bytes now and then, when it compiles a hot method anew.
        return middle <= MostRatio && bytes < actors.Count / 100;
    }

    private static double Microseconds(long from, long to) => (to - from) * 1e6 / Stopwatch.Frequency;

    /// <summary>Two dedicated actors that send each other a struct.</summary>
    private sealed class Actors : IDisposable
    {
        private readonly EmbeddedHost _host = new(TimeProvider.System);
        private readonly ManualResetEventSlim _done = new(false, spinCount: 0);
        private readonly IActorRef<Ball> _ping;
        private readonly IActorRef<Ball> _pong;
        private readonly double[] _hops;

        internal Actors(int trips, int pingCpu, int pongCpu)
        {
            _hops = new double[trips];
            _pong = _host.Spawn<Ball>(new("pong", 1), () => new Pong(this, pongCpu));
            _ping = _host.Spawn<Ball>(new("ping", 1), () => new Ping(this, pingCpu));
        }

        internal double[] Round()
        {
            _done.Reset();
            _ping.Tell(new Ball(-1, 0));
            _done.Wait();
            return _hops;
        }

        public void Dispose()
        {
            _host.Dispose();
            _done.Dispose();
        }

        private readonly record struct Ball(int Trip, long Sent);

        private sealed class Ping(Actors all, int cpu) : IActor<Ball>
        {
            public void Started() => Affinity.Bind(cpu);

            public void Handle(Ball ball)
            {
                if (ball.Trip >= 0) all._hops[ball.Trip] = Microseconds(ball.Sent, Stopwatch.GetTimestamp()) / 2;
                if (ball.Trip + 1 == all._hops.Length) all._done.Set();
                else all._pong.Tell(new Ball(ball.Trip + 1, Stopwatch.GetTimestamp()));
            }
        }

        private sealed class Pong(Actors all, int cpu) : IActor<Ball>
        {
            public void Started() => Affinity.Bind(cpu);

            public void Handle(Ball ball) => all._ping.Tell(ball);
        }
    }
}
