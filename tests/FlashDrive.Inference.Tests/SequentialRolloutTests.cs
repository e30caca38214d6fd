using FlashDrive.Inference.Flow;
using FlashDrive.Inference.Stages;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Tests;

public class SequentialRolloutTests
{
    private static readonly EngineOptions Options = new(new ReasoningOptions(Budget: 12), new FlowOptions(Samples: 2, Steps: 3), FramesPerCamera: 2, Seed: 3);

    [Fact]
    public void The_same_seed_gives_the_same_tokens_and_trajectories_bit_for_bit()
    {
        using var model = TinyModel.Create();
        var (first, second) = (Run(model, Options, 4), Run(model, Options, 4));

        Assert.Equal(3, first.Count);
        for (var i = 0; i < first.Count; i++)
        {
            Assert.Equal(first[i].Thoughts[0].Tokens, second[i].Thoughts[0].Tokens);
            Assert.Equal(first[i].Actions, second[i].Actions);
        }
        Assert.NotEqual(first[0].Actions, first[1].Actions);
    }

    [Fact]
    public void A_sample_does_not_depend_on_how_many_are_drawn_beside_it()
    {
        using var model = TinyModel.Create();
        var two = Run(model, Options, 2)[0];
        var one = Run(model, Options with { Flow = Options.Flow with { Samples = 1 } }, 2)[0];

        // Another batch size rounds otherwise and a random model's flow amplifies it; other noise would move actions by about 1.
        var error = one.Actions.Zip(two.Actions).Max(pair => Math.Abs(pair.First - pair.Second));
        Assert.True(error < 5e-3, $"the first sample moved by {error}");
        Assert.Equal(one.Thoughts[0].Tokens, two.Thoughts[0].Tokens);
    }

    [Fact]
    public void A_thought_per_sample_begins_with_the_single_thought_and_draws_others_beside_it()
    {
        using var model = TinyModel.Create();
        var single = Run(model, Options, 2)[0];
        var several = Run(model, Options with { ThoughtPerSample = true }, 2)[0];

        Assert.Equal(2, several.Thoughts.Count);
        Assert.Equal(single.Thoughts[0].Tokens, several.Thoughts[0].Tokens);
        Assert.NotEqual(several.Thoughts[0].Tokens, several.Thoughts[1].Tokens);
        Assert.Equal(2, several.Trajectories.Count);
    }

    [Fact]
    public void A_superseded_tick_is_in_the_window_and_costs_no_plan()
    {
        using var model = TinyModel.Create();
        // Streamed windows differ with the number of ticks that each prefill moves in.
        var options = Options with { Streaming = new(Enabled: false) };
        var whole = Run(model, options, 4)[^1];
        using var rollout = new SequentialRollout(model, options);
        rollout.Step(TinyModel.Tick(0));
        Assert.Equal((FrameOutcome.Dropped, DropReasons.Superseded), Ended(rollout.Supersede(TinyModel.Tick(1))));
        Assert.Equal((FrameOutcome.Dropped, DropReasons.Superseded), Ended(rollout.Supersede(TinyModel.Tick(2))));
        Assert.Equal(FrameOutcome.Refused, rollout.Supersede(TinyModel.Tick(2)).Outcome);
        Assert.Equal(whole.Actions, rollout.Step(TinyModel.Tick(3)).Plan!.Actions);
    }

    [Fact]
    public void Frames_leave_no_tensor_behind()
    {
        using var model = TinyModel.Create();
        using var rollout = new SequentialRollout(model, Options);
        for (var i = 0; i < 3; i++) rollout.Step(TinyModel.Tick(i));
        var before = torch.LiveTensors;

        for (var i = 3; i < 8; i++) Assert.Equal(FrameOutcome.Planned, rollout.Step(TinyModel.Tick(i)).Outcome);

        Assert.Equal(before, torch.LiveTensors);
        Assert.Equal(0, torch.LeakedTensors);
    }

    [Fact]
    public void A_refused_tick_ends_alone()
    {
        using var model = TinyModel.Create();
        using var rollout = new SequentialRollout(model, Options);
        rollout.Step(TinyModel.Tick(0));
        var refused = rollout.Step(TinyModel.Tick(1, microseconds: 0));

        Assert.Equal((FrameOutcome.Refused, "ingest", "time_backwards"), (refused.Outcome, refused.Stage, refused.Reason));
        Assert.Equal(FrameOutcome.Planned, rollout.Step(TinyModel.Tick(2)).Outcome);
    }

    [Fact]
    public void Numbers_that_are_not_finite_fail_the_frame_at_their_stage()
    {
        using var model = TinyModel.Create();
        using (torch.no_grad()) model.Network.Parameters["vlm.model.visual.merger.linear_fc2.bias"].fill_(double.NaN);
        using var rollout = new SequentialRollout(model, Options);
        rollout.Step(TinyModel.Tick(0));
        var failed = rollout.Step(TinyModel.Tick(1));

        Assert.Equal((FrameOutcome.Failed, "encode", "non_finite"), (failed.Outcome, failed.Stage, failed.Reason));
        Assert.Null(failed.Plan);
    }

    [Fact]
    public void Guidance_of_weight_one_is_the_guided_branch_alone()
    {
        using var model = TinyModel.Create();
        var routed = Options with { Route = "Turn right in 30m" };
        var plain = Run(model, routed, 2)[0];
        var guided = Run(model, routed with { Flow = Options.Flow with { GuidanceWeight = 1 } }, 2)[0];
        var extrapolated = Run(model, routed with { Flow = Options.Flow with { GuidanceWeight = 1.5 } }, 2)[0];

        Assert.Equal(plain.Thoughts[0].Tokens, guided.Thoughts[0].Tokens);
        Assert.Equal(plain.Actions, guided.Actions);
        Assert.NotEqual(guided.Actions, extrapolated.Actions);
    }

    [Theory]
    [InlineData("samples", 0)]
    [InlineData("budget", -1)]
    [InlineData("temperature", -1)]
    public void An_option_out_of_range_is_refused_by_name(string option, int value)
    {
        using var model = TinyModel.Create();
        var bad = option switch
        {
            "samples" => Options with { Flow = Options.Flow with { Samples = value } },
            "budget" => Options with { Reasoning = Options.Reasoning with { Budget = value } },
            _ => Options with { Reasoning = Options.Reasoning with { Temperature = value } },
        };
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new SequentialRollout(model, bad));
        Assert.StartsWith($"{option} = {value}", error.Message);
    }

    private static (FrameOutcome, string?) Ended(FrameResult result) => (result.Outcome, result.Reason);

    private static List<Plan> Run(DrivingModel model, EngineOptions options, int ticks)
    {
        using var rollout = new SequentialRollout(model, options);
        return [.. Enumerable.Range(0, ticks).Select(i => rollout.Step(TinyModel.Tick(i)).Plan).OfType<Plan>()];
    }
}
