using FlashDrive.Driving;
using FlashDrive.Inference;
using FlashDrive.Inference.Stages;
using FlashDrive.Simulation.StandIns;

namespace FlashDrive.Actors.Tests.Edge;

/// <summary>Whatever comes in, it is refused by name before anything is computed, and the stream goes on.</summary>
public class BadInputTests
{
    [Fact]
    public void Duplicated_reordered_and_regressing_ticks_are_refused_and_every_newer_one_is_taken()
    {
        for (var seed = 0UL; seed < 100; seed++)
        {
            using var engine = new StandInEngine(EdgePolicy.Lossless);
            var stream = engine.Open();
            var random = new KeyedRandom(seed);
            var ids = Enumerable.Range(0, 30).Select(i => (long)random.Integer((ulong)i, 12)).ToList();
            foreach (var id in ids)
            {
                stream.Offer(StandInFrames.Tick(1, id));
                engine.Host.RunUntilIdle(10_000);
            }
            var newest = -1L;
            var expected = ids.Select(id => id > newest ? newest = id : -1).ToList();
            var ends = engine.Log.Ends.Select(e => e.End).ToList();
            for (var i = 0; i < ids.Count; i++)
            {
                if (expected[i] < 0) Assert.Equal((FrameOutcome.Refused, "time_backwards"), (ends[i].Outcome, ends[i].Reason));
                else Assert.NotEqual(FrameOutcome.Refused, ends[i].Outcome);
            }
            Assert.Equal(0, engine.Engine.Actors.Sum(a => a.Restarts));
        }
    }

    [Fact]
    public void A_million_mutated_ticks_are_refused_by_name_or_are_whole_and_never_throw_anything_else()
    {
        var (ingest, state, reasons) = (new CameraIngestStage(), new IngestState(), new SortedSet<string>());
        var random = new KeyedRandom(11);
        for (var i = 0; i < 1_000_000; i++)
        {
            var r = random.At(i);
            try
            {
                ingest.Admit(state, Mutated(r, i));
            }
            catch (TickRefusedException refused)
            {
                reasons.Add(refused.Reason);
            }
        }
        Assert.Equal(["camera_future", "camera_order", "camera_silent", "camera_spread", "ego_motion", "frame_order", "frame_size", "no_cameras", "time_backwards"], reasons);
    }

    [Fact]
    public void Refused_ticks_touch_neither_windows_nor_actors()
    {
        using var engine = new StandInEngine();
        var stream = engine.Open();
        engine.Drive(stream, 4);
        var (lent, plans) = (stream.Lane.KvLent, engine.Log.Plans.Count);

        for (var i = 0; i < 1000; i++)
        {
            stream.Offer(StandInFrames.Tick(1, 4 + i, malformed: true));
            engine.Host.RunFor(TimeSpan.FromTicks(1));
        }

        Assert.Equal((lent, plans), (stream.Lane.KvLent, engine.Log.Plans.Count));
        Assert.Equal(1000, stream.Lane.Counts.Refused);
        Assert.Equal(0, engine.Engine.Actors.Sum(a => a.Restarts));
        engine.Drive(stream, 1);
        Assert.Equal(plans + 1, engine.Log.Plans.Count);
    }

    private static FrameBundle Mutated(KeyedRandom r, long id)
    {
        var tick = StandInFrames.Tick(1, id, cameras: 2);
        var frame = tick.Frames[r.Integer(1, 2)];
        return r.Integer(0, 13) switch
        {
            0 => tick with { Frames = [] },
            1 => tick with { Frames = [tick.Frames[1], tick.Frames[0]] },
            2 => tick with { Frames = [frame with { Rgb = new byte[r.Integer(2, 9)] }, tick.Frames[1]] },
            3 => tick with { Frames = [frame with { Width = (int)r.Bits(3) }, tick.Frames[1]] },
            4 => tick with { Frames = [frame with { Height = (int)r.Bits(4), Width = (int)r.Bits(5) }, tick.Frames[1]] },
            5 => tick with { TickMicroseconds = (long)r.Bits(6) },
            6 => tick with { Frames = [tick.Frames[0] with { CaptureMicroseconds = (long)r.Bits(7) }, tick.Frames[1]] },
            7 => tick with { Frames = [tick.Frames[0] with { CaptureMicroseconds = tick.TickMicroseconds - r.Integer(8, 400_000) }, tick.Frames[1]], RepeatedCameras = [0] },
            8 => tick with { Frames = [tick.Frames[0] with { CaptureMicroseconds = tick.TickMicroseconds - r.Integer(9, 200_000) }, tick.Frames[1]] },
            11 => tick with { FrameId = (long)r.Bits(12) },
            9 => tick with { History = EgoHistory.Straight(r.Uniform(10, -1e9, 1e9)) },
            10 => tick with { TickMicroseconds = tick.TickMicroseconds - r.Integer(11, 1_000_000) },
            _ => tick,
        };
    }
}
