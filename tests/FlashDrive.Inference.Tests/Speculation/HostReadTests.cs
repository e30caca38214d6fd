using FlashDrive.Inference.Flow;
using FlashDrive.Inference.Speculation;
using FlashDrive.Inference.Stages;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Tests.Speculation;

/// <summary>How often the host looks at results: on a device each look waits for everything before it.</summary>
public sealed class HostReadTests(ThinkingBench bench) : IClassFixture<ThinkingBench>
{
    private static readonly ReasoningOptions Drawn = new(Temperature: 0.9, TopP: 0.98, Budget: 24);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_round_of_a_thought_looks_once_drafted_or_not(bool drafted)
    {
        var reads = new List<long>();
        var last = torch.host_reads;
        var proposer = new Counting(drafted ? bench.Dflash() : null, () =>
        {
            reads.Add(torch.host_reads - last);
            last = torch.host_reads;
        });
        bench.Think(proposer, Drawn, seed: 3);
        // Between two proposals lies one whole round; before the first one the token that the prefill scored was drawn.
        Assert.True(reads.Count > 2);
        Assert.All(reads.Skip(1), count => Assert.Equal(1, count));
    }

    [Fact]
    public void The_flow_is_integrated_without_a_look_and_its_actions_are_checked_by_one()
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        bench.Think(null, Drawn, seed: 3);
        var (model, options) = (bench.Model, new FlowOptions(Samples: 2, Steps: 5) { Reuse = [1, 3] });
        foreach (var kernels in new[] { false, true })
        {
            var flow = new FlowHeadStage(model.Network.Expert, model.Configuration.ActionSpace.Waypoints, 10, kernels);
            var noise = torch.zeros([2, model.Configuration.ActionSpace.Waypoints, 2], ScalarType.Float32);
            var (first, end, before) = (-1L, -1L, torch.host_reads);
            using var actions = flow.Denoise(bench.Session, noise, options, observe: (step, _) =>
            {
                if (step == 0) first = torch.host_reads;
                end = torch.host_reads;
            });
            Assert.Equal((0, 0, 1), (first - before, end - first, torch.host_reads - end));
        }
    }

    private sealed class Counting(IDraftProposer? proposer, Action asked) : IDraftProposer
    {
        public string Source => proposer?.Source ?? "nobody";

        public IReadOnlyList<int> Propose(FrameSession session)
        {
            asked();
            return proposer?.Propose(session) ?? [];
        }
    }
}
