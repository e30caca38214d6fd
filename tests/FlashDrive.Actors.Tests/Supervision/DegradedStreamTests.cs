using FlashDrive.Actors.Observation;
using FlashDrive.Simulation.StandIns;

namespace FlashDrive.Actors.Tests.Supervision;

/// <summary>What failures add up to, in virtual time.</summary>
public class DegradedStreamTests
{
    [Fact]
    public void Five_failures_of_one_of_two_streams_reset_its_window_and_back_its_admission_off_while_the_other_drives_on()
    {
        using var engine = new StandInEngine(streams: 2, change: stages => stages with { Encoder = new FailingEncoder(stages.Encoder, seed: 1, first: 10, count: 8) });
        var (bad, good) = (engine.Open("bad", 1), engine.Open("good", 2));
        for (var i = 0; i < 40; i++)
        {
            bad.Offer(StandInFrames.Tick(1, i));
            good.Offer(StandInFrames.Tick(2, i));
            engine.Host.RunFor(StandInEngine.Period);
        }

        var ends = engine.Ends(bad);
        Assert.Equal(8, ends.Count(e => e.Value == "failed(encode, exception)"));
        Assert.Contains(ends, e => e.Value == "dropped(inlet)");
        Assert.Equal("failures", engine.Log.Ends.Single(e => e.Ticket.Lane == bad.Lane && e.End.Plan?.ColdReason is not (null or "start")).End.Plan!.ColdReason);
        Assert.Equal("planned", ends[39]);
        // Until sixty seconds have passed without five failures in them.
        Assert.Equal(EngineHealth.Degraded, bad.Lane.Health);
        Assert.All(engine.Ends(good), e => Assert.Equal(e.Key == 0 ? "dropped(warming)" : "planned", e.Value));
        Assert.Equal((EngineHealth.Healthy, 0), (good.Lane.Health, engine.Engine.PipelineRestarts));
    }

    [Fact]
    public void Failures_of_two_streams_restart_the_pipeline_cold_and_a_second_time_degrade_the_engine()
    {
        using var engine = new StandInEngine(streams: 2, change: stages => stages with { Encoder = new FailingEncoder(stages.Encoder, seed: null, first: 10, count: 3) });
        var streams = new[] { engine.Open("a", 1), engine.Open("b", 2) };
        for (var i = 0; i < 30; i++)
        {
            for (var s = 0; s < 2; s++) streams[s].Offer(StandInFrames.Tick((ulong)s + 1, i));
            engine.Host.RunFor(StandInEngine.Period);
        }

        Assert.Equal(1, engine.Engine.PipelineRestarts);
        Assert.Equal(EngineHealth.Healthy, engine.Engine.Health);
        foreach (var stream in streams)
        {
            Assert.Equal("restart", engine.Log.Plans.Single(p => p.Stream == stream.Lane && p.Mode == PlanMode.Cold && p.Plan.ColdReason != "start").Plan.ColdReason);
            Assert.Equal("planned", engine.Ends(stream)[29]);
        }
    }

    /// <summary>Fails a run of frames, of one stream or of all.</summary>
    private sealed class FailingEncoder(Inference.Stages.IStreamingEncoder encoder, ulong? seed, long first, long count) : Inference.Stages.IStreamingEncoder
    {
        private int _failed;

        public Inference.Stages.EncodedFrame Encode(Inference.Stages.IngestedFrame frame)
        {
            var mine = seed is null || frame.Tick.Frames[0].Rgb.SequenceEqual(StandInFrames.Tick(seed.Value, frame.Facts.FrameId).Frames[0].Rgb);
            if (!mine || frame.Facts.FrameId < first || _failed >= count * (seed is null ? 2 : 1)) return encoder.Encode(frame);
            _failed++;
            throw new InvalidOperationException("injected");
        }
    }
}
