using FlashDrive.Inference;
using FlashDrive.Runtime.Simulation;
using FlashDrive.Simulation.StandIns;
using FlashDrive.Torch;

namespace FlashDrive.Actors.Tests.Failures;

/// <summary>A stage throws: that frame ends, and nothing else.</summary>
public class StageFailureTests
{
    public static TheoryData<string, string> Actors => new()
    {
        { "streaming-encoder", "encode" }, { "prefill", "prefill" }, { "routine-reasoner", "decode" }, { "deliberative-reasoner", "decode" },
        { "verifier", "decode" }, { "flow-head", "action" }, { "plan-guard", "guard" }, { "plan-publisher", "publish" },
    };

    [Theory]
    [MemberData(nameof(Actors))]
    public void A_crash_before_a_handling_ends_the_frame_in_hand_at_its_stage_and_no_other(string actor, string stage)
    {
        // In real time a frame is sent to prefill and to the publisher as a message of its own; wake-ups between them carry none.
        using var engine = new StandInEngine(faults: CrashOnce(actor, CrashPoint.Before, frame: 5));
        var stream = engine.Open();
        engine.Drive(stream, 10);
        engine.Host.RunFor(StandInEngine.Period);

        var expected = Enumerable.Range(0, 10).ToDictionary(i => (long)i, i => i == 0 ? "dropped(warming)" : i == 5 ? $"failed({stage}, exception)" : "planned");
        Assert.Equal(expected, engine.Ends(stream).ToDictionary());
        Assert.Equal(1, engine.Engine.Actors.Single(a => a.Name == actor).Restarts);
        Assert.Equal(1, engine.Engine.Actors.Sum(a => a.Restarts));
        StandInEngine.AssertAtRest(stream.Lane);
    }

    [Theory]
    [InlineData("encode")]
    [InlineData("prefill")]
    [InlineData("decode")]
    [InlineData("action")]
    public void A_throw_in_the_middle_of_a_stage_gives_everything_back_and_the_next_plan_comes_in_the_next_period(string stage)
    {
        var tensors = torch.LiveTensors;
        var countdown = 7;
        var options = new StandInOptions(StandInOptions.TwoFrames, Sessions: 2)
        {
            FaultPoint = reached =>
            {
                if (reached == stage && --countdown == 0) throw new InvalidOperationException("injected");
            },
        };
        using (var engine = new StandInEngine(standIns: options))
        {
            var stream = engine.Open();
            engine.Drive(stream, 12);
            engine.Host.RunFor(StandInEngine.Period);
            var ends = engine.Ends(stream);
            var failed = Assert.Single(ends, end => end.Value == $"failed({stage}, exception)");
            Assert.Equal("planned", ends[failed.Key + 1]);
            Assert.Equal(10, ends.Count(end => end.Value == "planned"));
            StandInEngine.AssertAtRest(stream.Lane);
        }
        Assert.Equal(tensors, torch.LiveTensors);
    }

    [Fact]
    public void A_failed_actor_is_back_within_fifty_milliseconds()
    {
        using var engine = new StandInEngine(faults: CrashOnce("flow-head", CrashPoint.Before, frame: 5));
        var stream = engine.Open();
        engine.Drive(stream, 5);
        var crashed = engine.Host.Now;
        stream.Offer(StandInFrames.Tick(1, 5));
        engine.Host.RunUntil(() => engine.Engine.Actors.Sum(a => a.Restarts) == 1, TimeSpan.FromSeconds(1));

        Assert.True(engine.Host.Now - crashed <= TimeSpan.FromMilliseconds(50), $"restarted after {engine.Host.Now - crashed}");
    }

    [Theory]
    [MemberData(nameof(Actors))]
    public void A_crash_after_a_handling_costs_no_frame(string actor, string stage)
    {
        using var engine = new StandInEngine(EdgePolicy.Lossless, faults: CrashOnce(actor, CrashPoint.After, frame: 5));
        var stream = engine.Open();
        engine.Drive(stream, 10);

        Assert.Equal(actor, engine.Log.Failures.Single().Actor);
        Assert.Equal(9, engine.Ends(stream).Count(end => end.Value == "planned"));
        Assert.DoesNotContain(engine.Log.Ends, e => e.End.Stage == stage);
    }

    [Fact]
    public void A_poison_frame_is_handled_once_and_never_again()
    {
        var attempts = 0;
        using var engine = new StandInEngine(change: stages => stages with { Encoder = new PoisonedEncoder(stages.Encoder, poison: 4, () => attempts++) });
        var stream = engine.Open();
        engine.Drive(stream, 12);

        Assert.Equal(1, attempts);
        Assert.Equal("failed(encode, exception)", engine.Ends(stream)[4]);
        Assert.Equal(4, engine.Log.FailedFrames.Single());
        // The windows that would show it show the frame before it.
        Assert.Equal([(5L, true), (6L, false)], engine.Log.Plans.Where(p => p.Plan.FrameId is 5 or 6).Select(p => (p.Plan.FrameId, p.Plan.Patched)));
    }

    private static SimulationFaults CrashOnce(string actor, CrashPoint at, long frame)
    {
        var done = false;
        return new()
        {
            Decide = (name, message, _) =>
            {
                var id = message switch
                {
                    IFrameMessage m => m.Ticket.FrameId,
                    PrefillMessage { Encoded: { } encoded } => encoded.Ticket.FrameId,
                    PublisherMessage { Accepted: { } accepted } => accepted.Ticket.FrameId,
                    _ => -1,
                };
                if (done || name != actor || id != frame) return default;
                done = true;
                return new(at);
            },
        };
    }

    private sealed class PoisonedEncoder(Inference.Stages.IStreamingEncoder encoder, long poison, Action attempt) : Inference.Stages.IStreamingEncoder
    {
        public Inference.Stages.EncodedFrame Encode(Inference.Stages.IngestedFrame frame)
        {
            if (frame.Facts.FrameId != poison) return encoder.Encode(frame);
            attempt();
            throw new InvalidOperationException("poison");
        }
    }
}
