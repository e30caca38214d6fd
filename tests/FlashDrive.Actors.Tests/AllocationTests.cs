using FlashDrive.Driving;
using FlashDrive.Inference;
using FlashDrive.Inference.Stages;
using FlashDrive.Inference.Tests;
using FlashDrive.Runtime;
using FlashDrive.Simulation.StandIns;

namespace FlashDrive.Actors.Tests;

/// <summary>What a frame leaves to the garbage collector.</summary>
public class AllocationTests
{
    private const int WarmUp = 30, Frames = 200;
    private const long MostBytesPerFrame = 16 * 1024;

    [Fact]
    public void A_frame_of_the_nano_model_allocates_at_most_sixteen_kibibytes()
    {
        var options = EngineOptions.Default;
        using var model = DrivingModel.Load(Path.Combine(TinyModel.Root(), "models", "nano"));
        using var engine = new DrivingEngine(new EmbeddedHost(TimeProvider.System), EngineStages.Of(model, options, 2), new(options));
        var stream = engine.Open(new("nano"));
        // The producer's ticks are not the engine's: they are made before.
        var ticks = Enumerable.Range(0, WarmUp + Frames).Select(i => Tick(i)).ToList();
        Drive(stream, ticks.Take(WarmUp));
        var before = GC.GetTotalAllocatedBytes(precise: true);
        Drive(stream, ticks.Skip(WarmUp));
        var bytes = (GC.GetTotalAllocatedBytes(precise: true) - before) / Frames;

        Assert.Equal(WarmUp + Frames, stream.Lane.Counts.Ended);
        Assert.True(bytes <= MostBytesPerFrame, $"{bytes} bytes a frame, at most {MostBytesPerFrame}");
    }

    [Fact]
    public void Ten_thousand_frames_through_stages_that_do_nothing_cause_no_full_collection()
    {
        var standIns = new StandInOptions(StandInOptions.TwoFrames, Sessions: 2);
        using var engine = new DrivingEngine(new EmbeddedHost(TimeProvider.System), StandInStages.Create(standIns), new(standIns.Engine));
        var stream = engine.Open(new("stand-in", Seed: 1));
        Drive(stream, Enumerable.Range(0, 100).Select(i => StandInFrames.Tick(1, i)));
        // What other tests of the process have left is not the engine's.
        GC.Collect();
        var full = GC.CollectionCount(2);
        Drive(stream, Enumerable.Range(100, 10_000).Select(i => StandInFrames.Tick(1, i)));

        Assert.Equal(10_100, stream.Lane.Counts.Ended);
        Assert.Equal(full, GC.CollectionCount(2));
    }

    private static void Drive(EngineStream stream, IEnumerable<FrameBundle> ticks)
    {
        foreach (var tick in ticks)
        {
            stream.WaitForRoom(CancellationToken.None);
            stream.Offer(tick);
        }
        Assert.True(stream.WaitUntilIdle(TimeSpan.FromMinutes(5)));
    }

    /// <summary>Four grey cameras that share their pixels.</summary>
    private static readonly byte[] Grey = Enumerable.Repeat((byte)96, 320 * 192 * 3).ToArray();

    private static FrameBundle Tick(long id) =>
        new(id, id * 100_000, [.. new[] { 0, 1, 2, 6 }.Select(camera => new CameraFrame(camera, id * 100_000, 320, 192, Grey))], EgoHistory.Straight(10));
}
