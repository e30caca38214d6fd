using FlashDrive.Actors;
using FlashDrive.Driving;
using FlashDrive.Inference;
using FlashDrive.Inference.Flow;
using FlashDrive.Inference.Publishing;
using FlashDrive.Inference.Stages;
using FlashDrive.Inference.Streaming;
using FlashDrive.Runtime.Simulation;
using FlashDrive.Simulation.StandIns;

namespace FlashDrive.Simulation;

/// <summary>What a run is made of: streams, their speed, the stages' and all that goes wrong until it is told to stop.</summary>
public sealed record Scenario
{
    /// <summary>Of everything that the engine itself decides, and of the streams' images.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Of the order in which actors take turns and of the faults inside the engine.</summary>
    public required ulong ScheduleSeed { get; init; }

    public EdgePolicy Policy { get; init; } = EdgePolicy.Lossless;

    public int Streams { get; init; } = 1;

    /// <summary>S of the design.</summary>
    public int Sessions { get; init; } = 2;

    /// <summary>Sessions of all streams together.</summary>
    public int SessionSlots { get; init; } = 2;

    /// <summary>F of the design.</summary>
    public int FramesPerCamera { get; init; } = 2;

    public int Samples { get; init; } = 1;

    public bool ThoughtPerSample { get; init; }

    /// <summary>Whether windows keep the blocks of the ones before them, and how often they begin anew.</summary>
    public StreamingOptions Streaming { get; init; } = new();

    /// <summary>Longest thought in tokens.</summary>
    public int Budget { get; init; } = 3;

    /// <summary>Ticks of each stream while things go wrong.</summary>
    public int Ticks { get; init; } = 12;

    /// <summary>From tick to tick while things go wrong, per stream.</summary>
    public required TimeSpan[] Periods { get; init; }

    /// <summary>Microseconds of the sources' own time from tick to tick; a gap of more than a second begins a new epoch.</summary>
    public long SourcePeriod { get; init; } = StandInFrames.PeriodMicroseconds;

    public required ServiceTimes Times { get; init; }

    public SimulationFaults Faults { get; init; } = SimulationFaults.None;

    public EdgeFaultRates Edge { get; init; } = new();

    /// <summary>Spoilt ticks in a thousand: malformed, refused by the guard, a jump of time, another number of cameras.</summary>
    public int Spoilt { get; init; }

    /// <summary>The stage that throws over a stream's frame, by the stream's number and the frame's id; none when null.</summary>
    public Func<int, long, string?>? Poison { get; init; }

    /// <summary>The first stream is closed in the middle and another one opened.</summary>
    public bool Reopens { get; init; }

    /// <summary>The engine comes to rest after the last fault, before the good ticks begin.</summary>
    public bool RestsFirst { get; init; }

    /// <summary>Longest delay that a fault inside the engine adds.</summary>
    public TimeSpan MaxDelay { get; init; }

    /// <summary>Deadlines; null takes multiples of the time that all streams need for one frame each.</summary>
    public RealTimeLimits? Limits { get; init; }

    /// <summary>Period at which the engine keeps up with all streams, whatever the schedule.</summary>
    public TimeSpan Comfortable => 1.5 * Streams * Times.Of(LongestFrame);

    /// <summary>When things stop going wrong.</summary>
    public TimeSpan Doomed => Ticks * Periods.Max() + Edge.MaxDelay;

    private (int Thoughts, int Rounds) LongestFrame => (ThoughtPerSample ? Samples : 1, Budget);

    public PipelineOptions Options => new(new EngineOptions(new ReasoningOptions(Budget: Budget), new FlowOptions(Samples), FramesPerCamera, ThoughtPerSample, Seed) { Streaming = Streaming })
    {
        Policy = Policy,
        Sessions = Sessions,
        SessionSlots = SessionSlots,
        // One more, so that one can be opened while the last frame of a closed one is under way.
        MaxStreams = Streams + 1,
        Limits = Policy == EdgePolicy.Lossless ? RealTimeLimits.None : Limits ?? LimitsOf(Streams * Times.Of(LongestFrame)),
    };

    /// <summary>Deadlines as a slow machine has them.</summary>
    /// <param name="latency">Of one frame.</param>
    public static RealTimeLimits LimitsOf(TimeSpan latency) => new(2 * latency, 4 * latency, 3 * latency, 4 * latency);

    /// <summary>Anything that can happen, chosen by the seed.</summary>
    public static Scenario Of(ulong seed)
    {
        var random = new KeyedRandom(seed).At(1);
        var times = ServiceTimes.Of(random.At(2));
        var streams = 1 + random.Integer(0, 4);
        var samples = 1 + random.Integer(1, 2);
        var sessions = 1 + random.Integer(9, 4);
        var unit = times.Of((1, 3));
        var maxDelay = random.Uniform(2, 0, 2) * unit;
        var edge = random.Integer(3, 3) == 0 ? new() : new EdgeFaultRates(random.Integer(4, 150), random.Integer(5, 150), random.Integer(6, 200), random.Uniform(7, 0.1, 2) * unit);
        return new()
        {
            Seed = seed,
            ScheduleSeed = seed,
            Policy = random.Integer(8, 3) == 0 ? EdgePolicy.Lossless : EdgePolicy.RealTime,
            Streams = streams,
            Sessions = sessions,
            SessionSlots = 1 + random.Integer(16, streams * sessions),
            FramesPerCamera = 1 + random.Integer(10, 3),
            Streaming = new(Enabled: random.Integer(17, 4) > 0, RefreshEvery: random.Integer(18, 2) == 0 ? 1 + random.Integer(19, 5) : null),
            Samples = samples,
            ThoughtPerSample = random.Integer(11, 2) == 0,
            Ticks = 6 + random.Integer(12, 10),
            Periods = [.. Enumerable.Range(0, streams).Select(i => random.Uniform(20 + (ulong)i, 0.05, 1.5) * unit)],
            Times = times,
            Faults = FaultsOf(random.At(3), maxDelay),
            Edge = edge,
            Spoilt = random.Integer(13, 3) == 0 ? 100 : 0,
            Reopens = random.Integer(14, 4) == 0,
            RestsFirst = random.Integer(15, 2) == 0,
            MaxDelay = maxDelay,
        };
    }

    private static SimulationFaults FaultsOf(KeyedRandom random, TimeSpan maxDelay)
    {
        if (random.Integer(0, 5) == 0) return SimulationFaults.None;
        var rates = Rates(random, maxDelay, random.Integer(1, 3) == 0 ? 60 : 10);
        if (random.Integer(2, 3) > 0) return new() { Rates = rates };
        // One actor is much worse than the others.
        var sick = random.At(1);
        return new() { Rates = rates, RatesOf = new Dictionary<string, FaultRates> { [ServiceTimes.Actors[sick.Integer(0, ServiceTimes.Actors.Count)]] = Rates(sick, maxDelay, 300) } };
    }

    private static FaultRates Rates(KeyedRandom random, TimeSpan maxDelay, int most) =>
        new(random.Integer(10, most), random.Integer(11, most), random.Integer(12, most), maxDelay > TimeSpan.Zero ? random.Integer(13, 100) : 0, maxDelay);
}
