using FlashDrive.Actors.Observation;
using FlashDrive.Driving;
using FlashDrive.Inference;
using FlashDrive.Inference.Admission;
using FlashDrive.Inference.Flow;
using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Publishing;
using FlashDrive.Inference.Stages;
using FlashDrive.Inference.Tests;
using FlashDrive.Runtime;
using FlashDrive.Runtime.Simulation;
using FlashDrive.Torch;

namespace FlashDrive.Actors.Tests;

/// <summary>
/// The central promise: for the same admission log the sequential rollout, the actors and the simulated scheduler give the same
/// tokens and trajectories bit for bit, at equal LibTorch threads.
/// </summary>
public class SameBitsTests : IDisposable
{
    private const string Stream = "a";
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100), Bound = TimeSpan.FromSeconds(60);
    private static readonly EngineOptions Options = new(new ReasoningOptions(Budget: 4), new FlowOptions(Samples: 1, Steps: 2), FramesPerCamera: 3, Seed: 3) { Streaming = new(Enabled: true, RefreshEvery: 3) };

    private readonly DrivingModel _model = TinyModel.Create();

    public SameBitsTests() => KvPool.VerifySealedBlocks = true;

    public void Dispose()
    {
        KvPool.VerifySealedBlocks = false;
        _model.Dispose();
    }

    [Fact]
    public void A_planted_write_to_a_sealed_block_is_caught()
    {
        var host = new SimulatedHost(1);
        var engine = new DrivingEngine(host, Stages() with { Verifier = new ScribblingVerifier(Stages().Verifier) }, new(Options));
        var stream = engine.Open(new(Stream, Options.Seed));
        for (var i = 0; i < 3; i++)
        {
            host.RunUntil(() => stream.HasRoom, Bound);
            stream.Offer(TinyModel.Tick(i));
        }
        host.RunUntilIdle(100_000);

        Assert.Equal("1 sealed KV blocks were written to: blocks are shared and never change", Assert.Throws<InvalidOperationException>(engine.Dispose).Message);
    }

    [Fact]
    public void A_hundred_seeds_give_at_least_ninety_schedules_and_always_the_bits_of_the_sequential_rollout()
    {
        const int ticks = 7;
        var expected = Sequential(Enumerable.Range(0, ticks).Select(i => (TinyModel.Tick(i), new FrameFate(FrameOutcome.Planned))));
        Assert.Equal(ticks - 2, expected.Count(result => result.Plan is not null));
        var schedules = new HashSet<ulong>();
        for (var seed = 0UL; seed < 100; seed++)
        {
            var log = new PlanLog();
            var host = new SimulatedHost(seed, new() { ServiceTime = ServiceTimes(seed, TimeSpan.FromMilliseconds(60)) });
            using (var engine = new DrivingEngine(host, Stages(), new(Options), log))
            {
                var stream = engine.Open(new(Stream, Options.Seed));
                for (var i = 0; i < ticks; i++)
                {
                    host.RunUntil(() => stream.HasRoom, Bound);
                    stream.Offer(TinyModel.Tick(i));
                }
                host.RunUntilIdle(100_000);
                schedules.Add(host.LogHash);
            }
            Compare(expected, log, $"seed {seed}");
        }
        Assert.True(schedules.Count >= 90, $"{schedules.Count} distinct schedules of 100 seeds");
        Assert.Equal(0, torch.LeakedTensors);
    }

    [Fact]
    public void Actors_on_threads_give_the_bits_of_the_sequential_rollout()
    {
        var frames = Enumerable.Range(0, 12).Select(i => (TinyModel.Tick(i), new FrameFate(FrameOutcome.Planned))).ToList();
        Compare(Sequential(frames), OnThreads(frames), "threads");
    }

    /// <summary>Overload, crashes of every stage, holes and refreshes: whatever the engine decided, its log decides the bits.</summary>
    [Theory]
    [InlineData(5)]
    [InlineData(13)]
    [InlineData(29)]
    [InlineData(47)]
    [InlineData(62)]
    [InlineData(96)]
    [InlineData(102)]
    [InlineData(137)]
    public void An_admission_log_replayed_any_of_the_three_ways_gives_the_recorded_bits(ulong seed)
    {
        var ticks = Enumerable.Range(0, 24).Where(i => i % 7 != 5).ToDictionary(i => (long)i, i => TinyModel.Tick(i));
        var entries = new List<AdmissionEntry>();
        var recorded = Record(seed, ticks.Values, entries);
        Assert.Contains(entries, e => e.Reason == DropReasons.Superseded);
        Assert.Contains(entries, e => e.Outcome == FrameOutcome.Failed && e.Reason == "exception");
        Assert.Contains(entries, e => e is { Tokens: not null, Inserted: > 1, Cold: null });
        Assert.Contains(entries, e => e is { Tokens: not null, Holes: > 0 });
        Assert.Contains(entries, e => e.Refreshed);
        Assert.Contains(entries, e => e is { Outcome: FrameOutcome.Failed, Stage: StageNames.Prefill });
        var log = new AdmissionLog(new(1, [new(Stream, Options.Seed)], new Dictionary<string, string>()), entries);
        var script = log.Admitted(Stream).Select(a => (ticks[a.Entry.Frame], a.Fate)).ToList();
        var planned = recorded.Plans.ToDictionary(p => p.Plan.FrameId, p => p.Plan);
        Assert.NotEmpty(planned);

        var sequential = Sequential(script).Where(r => r.Plan is not null).ToDictionary(r => r.FrameId, r => r.Plan!);
        var threads = PlansOf(OnThreads(script));
        var simulated = PlansOf(Simulated(seed + 100, script));
        foreach (var (frame, plan) in planned)
        {
            foreach (var (way, plans) in new[] { ("sequential", sequential), ("threads", threads), ("simulated", simulated) })
            {
                Assert.True(plans.ContainsKey(frame), $"seed {seed}: {way} has no plan for frame {frame}");
                Assert.Equal(plan.Thoughts[0].Tokens, plans[frame].Thoughts[0].Tokens);
                Assert.Equal(plan.Actions, plans[frame].Actions);
            }
        }
    }

    private PlanLog Record(ulong seed, IEnumerable<FrameBundle> ticks, List<AdmissionEntry> entries)
    {
        var log = new PlanLog();
        var host = new SimulatedHost(seed, new()
        {
            ServiceTime = ServiceTimes(seed, TimeSpan.FromMilliseconds(120)),
            Faults = new() { Rates = new(CrashBefore: 40, CrashAfter: 10, Delay: 50, MaxDelay: Period) },
        });
        var limits = new RealTimeLimits(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(4));
        using var engine = new DrivingEngine(
            host, Stages(), new(Options) { Policy = EdgePolicy.RealTime, Limits = limits }, new ObserverGroup(log, new AdmissionRecorder(entries.Add)));
        var stream = engine.Open(new(Stream, Options.Seed));
        foreach (var tick in ticks)
        {
            stream.Offer(tick);
            host.RunFor(Period);
        }
        host.RunUntil(() => stream.Lane.Counts.Open == 0, Bound);
        return log;
    }

    private List<FrameResult> Sequential(IEnumerable<(FrameBundle Tick, FrameFate Fate)> script)
    {
        using var rollout = new SequentialRollout(_model, Options);
        return [.. script.Select(s => rollout.Replay(s.Tick, s.Fate))];
    }

    private PlanLog OnThreads(IEnumerable<(FrameBundle Tick, FrameFate Fate)> script)
    {
        var log = new PlanLog();
        using var engine = new DrivingEngine(new EmbeddedHost(TimeProvider.System), Stages(), new(Options), log);
        var stream = engine.Open(new(Stream, Options.Seed));
        foreach (var (tick, fate) in script)
        {
            stream.WaitForRoom(CancellationToken.None);
            stream.Offer(tick, fate);
        }
        Assert.True(stream.WaitUntilIdle(Bound));
        return log;
    }

    private PlanLog Simulated(ulong seed, IEnumerable<(FrameBundle Tick, FrameFate Fate)> script)
    {
        var log = new PlanLog();
        var host = new SimulatedHost(seed, new() { ServiceTime = ServiceTimes(seed, TimeSpan.FromMilliseconds(60)) });
        using var engine = new DrivingEngine(host, Stages(), new(Options), log);
        var stream = engine.Open(new(Stream, Options.Seed));
        foreach (var (tick, fate) in script)
        {
            host.RunUntil(() => stream.HasRoom, Bound);
            stream.Offer(tick, fate);
        }
        host.RunUntilIdle(100_000);
        return log;
    }

    private EngineStages Stages() => EngineStages.Of(_model, Options, sessions: 2);

    /// <summary>Every message of every actor takes a time of its own, up to a longest one.</summary>
    private static Func<string, object, TimeSpan> ServiceTimes(ulong seed, TimeSpan longest)
    {
        var (random, number) = (new KeyedRandom(seed), 0UL);
        return (_, _) => longest * random.Uniform(number++);
    }

    /// <summary>Writes into the first block of a window behind the pool's back.</summary>
    private sealed class ScribblingVerifier(IVerifier verifier) : IVerifier
    {
        public bool Accept(FrameSession session, DraftTokens draft, TargetScores scores)
        {
            using var scope = torch.NewDisposeScope();
            session.Session.Lease.Table.Block(0).Keys.select(0, 0).fill_(7);
            return verifier.Accept(session, draft, scores);
        }
    }

    private static Dictionary<long, Plan> PlansOf(PlanLog log) =>
        log.Ends.Where(e => e.End.Plan is not null).ToDictionary(e => e.Ticket.FrameId, e => e.End.Plan!);

    /// <summary>A random model's plans are often refused by the guard; those are compared as well.</summary>
    private static void Compare(List<FrameResult> expected, PlanLog log, string what)
    {
        Assert.True(log.Failures.IsEmpty, what);
        var ends = log.Ends.OrderBy(e => e.Ticket.FrameId).ToList();
        Assert.Equal(expected.Select(r => (r.FrameId, r.Outcome, r.Stage, r.Reason)), ends.Select(e => (e.Ticket.FrameId, e.End.Outcome, e.End.Stage, e.End.Reason)));
        foreach (var (result, end) in expected.Zip(ends.Select(e => e.End)))
        {
            Assert.Equal(result.Plan?.Thoughts[0].Tokens, end.Plan?.Thoughts[0].Tokens);
            Assert.Equal(result.Plan?.Actions, end.Plan?.Actions);
        }
        Assert.Equal(log.Plans.Select(p => p.Plan.FrameId).Order(), log.Plans.Select(p => p.Plan.FrameId));
    }
}
