using FlashDrive.Inference;
using FlashDrive.Inference.Flow;
using FlashDrive.Inference.Stages;
using FlashDrive.Inference.Tests;
using FlashDrive.Runtime;
using FlashDrive.Runtime.Simulation;
using FlashDrive.Torch;

namespace FlashDrive.Actors.Tests;

/// <summary>The central promise: however the stages are run, the same frames give the same bits.</summary>
public class SameBitsTests
{
    private static readonly EngineOptions Options = new(new ReasoningOptions(Budget: 6), new FlowOptions(Samples: 2, Steps: 3), FramesPerCamera: 2, Seed: 3);

    [Fact]
    public void Actors_give_the_bits_of_the_sequential_rollout()
    {
        using var model = TinyModel.Create();
        var log = new PlanLog();
        using (var engine = new DrivingEngine(new EmbeddedHost(TimeProvider.System), EngineStages.Of(model, Options, 2), new(Options), log))
        {
            var stream = engine.Open(new("a", Options.Seed));
            for (var i = 0; i < 12; i++)
            {
                stream.WaitForRoom(CancellationToken.None);
                stream.Offer(TinyModel.Tick(i));
            }
            Assert.True(stream.WaitUntilIdle(TimeSpan.FromSeconds(60)));
        }
        Assert.Empty(log.Failures);
        Compare(Sequential(model, 12), log);
        Assert.Equal(0, torch.LeakedTensors);
    }

    private static List<FrameResult> Sequential(DrivingModel model, int ticks)
    {
        using var rollout = new SequentialRollout(model, Options);
        return [.. Enumerable.Range(0, ticks).Select(i => rollout.Step(TinyModel.Tick(i)))];
    }

    /// <summary>A random model's plans are often refused by the guard; those are compared as well.</summary>
    private static void Compare(List<FrameResult> expected, PlanLog log)
    {
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
