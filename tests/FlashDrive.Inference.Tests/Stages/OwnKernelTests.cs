using FlashDrive.Inference.Flow;
using FlashDrive.Inference.Stages;
using FlashDrive.Inference.Tests.Streaming;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Tests.Stages;

/// <summary>The stages on the own kernels against the same stages on LibTorch's operators.</summary>
public class OwnKernelTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Prefill_and_decode_equal_LibTorchs_in_whole_and_in_moved_windows(int inserted)
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        using var ours = new StreamRig(settings: new(LastRowOnly: true, OwnKernels: true));
        using var reference = new StreamRig();
        using var first = ours.Whole(3);
        using var expectedFirst = reference.Whole(3);
        Same(first, expectedFirst, "whole window");
        using var moved = ours.Moved(3 + inserted, inserted, first);
        using var expectedMoved = reference.Moved(3 + inserted, inserted, expectedFirst);
        Same(moved, expectedMoved, "moved window");
        var (fast, slow) = (new DeliberativeReasonerStage(ours.Language, ownKernels: true), new DeliberativeReasonerStage(reference.Language));
        for (var i = 0; i < 4; i++)
        {
            using var scores = fast.Score(moved);
            using var expected = slow.Score(expectedMoved);
            Close(expected.Logits, scores.Logits, $"logits of token {i}");
            moved.Append(11 + i);
            expectedMoved.Append(11 + i);
        }
        ours.Language.Dispose();
    }

    [Fact]
    public void A_rollout_thinks_the_same_and_plans_almost_the_same()
    {
        var options = new EngineOptions(new ReasoningOptions(Budget: 12), new FlowOptions(Samples: 2, Steps: 3), FramesPerCamera: 2, Seed: 3);
        using var model = TinyModel.Create();
        var (expected, ours) = (Plans(model, options), Plans(model, options with { OwnKernels = true }));
        Assert.Equal(2, ours.Count);
        for (var i = 0; i < ours.Count; i++)
        {
            Assert.Equal(expected[i].Thoughts[0].Tokens, ours[i].Thoughts[0].Tokens);
            // A random model's flow amplifies rounding; other noise would move actions by about 1.
            var error = expected[i].Actions.Zip(ours[i].Actions).Max(pair => Math.Abs(pair.First - pair.Second));
            Assert.True(error is > 0 and < 5e-3f, $"plan {i} moved by {error}");
        }
    }

    private static List<Plan> Plans(DrivingModel model, EngineOptions options)
    {
        using var rollout = new SequentialRollout(model, options);
        return [.. Enumerable.Range(0, 3).Select(i => rollout.Step(TinyModel.Tick(i)).Plan).OfType<Plan>()];
    }

    private static void Same(ReasoningSession ours, ReasoningSession expected, string what)
    {
        Close(expected.LastHidden, ours.LastHidden, $"{what}: last row");
        foreach (var keys in new[] { true, false }) Close(StreamRig.Cache(expected, keys), StreamRig.Cache(ours, keys), $"{what}: blocks");
        for (var layer = 0; layer < ours.View.Tensors.Keys.Length; layer++)
        {
            Close(expected.Scratch.Read(layer).Keys, ours.Scratch.Read(layer).Keys, $"{what}: rotated keys of layer {layer}");
            Close(expected.Scratch.Read(layer).Values, ours.Scratch.Read(layer).Values, $"{what}: values of layer {layer}");
        }
    }

    private static void Close(Tensor expected, Tensor ours, string what)
    {
        var error = (expected - ours).norm().item<float>() / expected.norm().item<float>();
        Assert.True(error < 1e-5, $"{what}: relative error {error}");
    }
}
