using FlashDrive.Actors.Credits;
using FlashDrive.Inference;
using FlashDrive.Inference.Flow;
using FlashDrive.Inference.Stages;
using FlashDrive.Inference.Tests;
using FlashDrive.Runtime.Simulation;
using FlashDrive.Torch;

namespace FlashDrive.Actors.Tests.Failures;

/// <summary>NaN and infinity are caught where they arise; the frame's neighbours keep their bits.</summary>
public class NonFiniteTests
{
    private const long Poisoned = 3;

    // Streamed windows remember what was missing once for longer than it is in them.
    private static readonly EngineOptions Options =
        new(new ReasoningOptions(Budget: 4), new FlowOptions(Steps: 2), FramesPerCamera: 2, Seed: 3) { Streaming = new(Enabled: false) };

    [Theory]
    [InlineData("streaming-encoder", "encode", "vlm.model.visual.merger.linear_fc2.bias", double.NaN)]
    [InlineData("prefill", "prefill", "vlm.model.language_model.layers.2.self_attn.v_proj.weight", double.PositiveInfinity)]
    [InlineData("deliberative-reasoner", "decode", "vlm.lm_head.weight", double.NaN)]
    [InlineData("flow-head", "action", "action_out_proj.bias", double.NegativeInfinity)]
    public void An_injected_number_fails_that_frame_at_that_stage_and_leaves_the_others_alone(string actor, string stage, string weight, double value)
    {
        using var model = TinyModel.Create();
        var clean = Drive(model, (_, _, _) => { });
        var (parameter, whole) = (model.Network.Parameters[weight], model.Network.Parameters[weight].clone());
        var (done, poisoned) = (false, false);
        var dirty = Drive(model, (handledBy, frame, message) =>
        {
            using var guard = torch.no_grad();
            if (poisoned) parameter.copy_(whole);
            poisoned = false;
            // Prefill computes on a wake-up, not when it is handed a frame.
            if (done || handledBy != actor || frame != Poisoned || message is PrefillMessage { Encoded: not null }) return;
            (done, poisoned) = (true, true);
            parameter.fill_(value);
        });
        whole.Dispose();

        Assert.Equal((FrameOutcome.Failed, stage, "non_finite"), (dirty[Poisoned].Outcome, dirty[Poisoned].Stage, dirty[Poisoned].Reason));
        // Its features are in the windows after it, unless it failed before it joined them.
        var untouched = stage is "encode" or "prefill" ? new[] { 1L, 2, 5, 6 } : [1L, 2, 4, 5, 6];
        foreach (var frame in untouched) Assert.Equal(clean[frame].Plan!.Actions, dirty[frame].Plan!.Actions);
    }

    private static Dictionary<long, FrameEnd> Drive(DrivingModel model, Action<string, long, object> before)
    {
        var log = new PlanLog();
        var host = new SimulatedHost(1);
        long current = -1;
        host.BeforeHandling = (actor, message) => before(actor, current = FrameOf(message, current), message);
        using var engine = new DrivingEngine(host, EngineStages.Of(model, Options, 2), new(Options), log);
        var stream = engine.Open(new("a", Options.Seed));
        for (var i = 0; i < 7; i++)
        {
            stream.Offer(TinyModel.Tick(i));
            // One frame at a time, so that a wake-up of prefill is about the frame that was encoded last.
            host.RunUntilIdle(100_000);
        }
        return log.Ends.ToDictionary(e => e.Ticket.FrameId, e => e.End);
    }

    private static long FrameOf(object message, long otherwise) => message switch
    {
        IFrameMessage frame => frame.Ticket.FrameId,
        PrefillMessage { Encoded: { } encoded } => encoded.Ticket.FrameId,
        _ => otherwise,
    };
}
