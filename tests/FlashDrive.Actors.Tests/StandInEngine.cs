using FlashDrive.Actors.Observation;
using FlashDrive.Actors.Streams;
using FlashDrive.Driving;
using FlashDrive.Inference;
using FlashDrive.Inference.Publishing;
using FlashDrive.Inference.Stages;
using FlashDrive.Runtime.Simulation;
using FlashDrive.Simulation.StandIns;

namespace FlashDrive.Actors.Tests;

/// <summary>An engine of stand-in stages under the simulated scheduler, in virtual time, with a log of all that comes out.</summary>
internal sealed class StandInEngine : IDisposable
{
    internal static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    /// <summary>The design's numbers at 10 Hz.</summary>
    internal static readonly RealTimeLimits Limits = new(
        TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(500));

    private readonly Dictionary<EngineStream, long> _next = [];

    internal StandInEngine(
        EdgePolicy policy = EdgePolicy.RealTime, int streams = 1, StandInOptions? standIns = null, Func<string, object, TimeSpan>? service = null,
        SimulationFaults? faults = null, Func<EngineStages, EngineStages>? change = null, RealTimeLimits? limits = null)
    {
        StandIns = standIns ?? new(StandInOptions.TwoFrames, Sessions: 2);
        Host = new(1, new() { ServiceTime = service, Faults = faults ?? SimulationFaults.None });
        var stages = StandInStages.Create(StandIns);
        Engine = new(Host, change?.Invoke(stages) ?? stages, new(StandIns.Engine)
        {
            Policy = policy,
            MaxStreams = streams,
            Sessions = StandIns.Sessions,
            Limits = policy == EdgePolicy.RealTime ? limits ?? Limits : RealTimeLimits.None,
        }, Log);
    }

    internal SimulatedHost Host { get; }

    internal StandInOptions StandIns { get; }

    internal DrivingEngine Engine { get; }

    internal PlanLog Log { get; } = new();

    internal EngineStream Open(string name = "a", ulong seed = 1) => Engine.Open(new(name, seed));

    /// <summary>Offers the next ticks of a stream, one a period.</summary>
    internal void Drive(EngineStream stream, int ticks, Func<FrameBundle, FrameBundle>? change = null)
    {
        for (var i = 0; i < ticks; i++)
        {
            var id = _next.GetValueOrDefault(stream);
            _next[stream] = id + 1;
            var tick = StandInFrames.Tick(stream.Lane.Options.Seed, id);
            stream.Offer(change?.Invoke(tick) ?? tick);
            Host.RunFor(Period);
        }
    }

    /// <summary>How the frames of a stream ended, by id.</summary>
    internal SortedDictionary<long, string> Ends(EngineStream stream)
    {
        var ends = new SortedDictionary<long, string>();
        foreach (var (ticket, end) in Log.Ends.Where(e => e.Ticket.Lane == stream.Lane))
            ends.Add(ticket.FrameId, end.Outcome switch
            {
                FrameOutcome.Failed or FrameOutcome.Refused => $"{end.Outcome.ToString().ToLowerInvariant()}({end.Stage}, {end.Reason})",
                FrameOutcome.Dropped => $"dropped({end.Reason})",
                _ => end.Outcome.ToString().ToLowerInvariant(),
            });
        return ends;
    }

    /// <summary>Everything is back but the stream's own window table.</summary>
    internal static void AssertAtRest(StreamLane lane)
    {
        Assert.Equal((0, 0, 0L), (lane.EncodeCredits.InUse, lane.SessionCredits.InUse, lane.Counts.Open));
        Assert.Equal(lane.Counts.Offered, lane.Counts.Ended);
    }

    public void Dispose() => Engine.Dispose();
}
