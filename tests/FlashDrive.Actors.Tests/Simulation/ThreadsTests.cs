using FlashDrive.Inference;
using FlashDrive.Inference.Publishing;
using FlashDrive.Runtime;
using FlashDrive.Simulation;
using FlashDrive.Simulation.StandIns;
using FlashDrive.Torch;

namespace FlashDrive.Actors.Tests.Simulation;

/// <summary>The same accounts with real threads, as fast as they go: what only happens when two things happen at once.</summary>
public class ThreadsTests
{
    private const int Streams = 3, Frames = 400;

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private static readonly string[] StagesThatThrow = [StageNames.Encode, StageNames.Prefill, StageNames.Decode, StageNames.Action];

    [Theory]
    [InlineData(EdgePolicy.Lossless)]
    [InlineData(EdgePolicy.RealTime)]
    public void Nothing_is_lost_between_threads(EdgePolicy policy)
    {
        var tensors = torch.LiveTensors;
        var checker = new ConservationChecker(isOneThread: false);
        var standIns = new StandInOptions(StandInOptions.TwoFrames, Sessions: 2);
        var options = new PipelineOptions(standIns.Engine) { Policy = policy, Sessions = 2, MaxStreams = Streams, Limits = RealTimeLimits.None };
        using (var engine = new DrivingEngine(new EmbeddedHost(TimeProvider.System), StandInStages.Create(standIns), options, new LockedObserver(checker)))
        {
            var streams = Enumerable.Range(0, Streams).Select(i => engine.Open(new($"s{i}", (ulong)i))).ToArray();
            var producers = streams.Select(stream => new Thread(() => Produce(stream, policy))).ToArray();
            foreach (var producer in producers) producer.Start();
            foreach (var producer in producers) producer.Join();
            Assert.All(streams, stream => Assert.True(stream.WaitUntilIdle(Bound), $"{stream.Lane.Name} does not come to rest"));
            Assert.All(streams, stream => Assert.Equal((Frames, Frames, 0), ((int)stream.Lane.Counts.Offered, (int)stream.Lane.Counts.Ended, (int)stream.Lane.Counts.Open)));
            // How many in real time depends on the machine.
            Assert.All(streams, stream => Assert.InRange(stream.Lane.Counts.Planned, policy == EdgePolicy.Lossless ? Frames - 10 : 10, Frames));
        }
        Assert.Empty(checker.Violations);
        Assert.Equal(Streams * Frames, checker.Ended);
        Assert.Equal(tensors, torch.LiveTensors);
    }

    /// <summary>A frame of each stream is poisoned for a stage; fewer than five in all, or the engine would restart.</summary>
    private static void Produce(EngineStream stream, EdgePolicy policy)
    {
        var number = stream.Lane.Index;
        for (var i = 0; i < Frames; i++)
        {
            // In real time every second frame is offered whether there is room or not.
            if (policy == EdgePolicy.Lossless || i % 2 == 0) stream.WaitForRoom(CancellationToken.None);
            stream.Offer(StandInFrames.Tick((ulong)number, i, poison: i == 100 + number ? StagesThatThrow[number] : null));
        }
    }
}
