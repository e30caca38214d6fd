using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Stages;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Tests.Streaming;

public class BlockTableTests : IDisposable
{
    public BlockTableTests() => KvPool.VerifySealedBlocks = true;

    public void Dispose() => KvPool.VerifySealedBlocks = false;

    [Theory]
    [InlineData(false, 1, 1, 1, 1, 1, 1)]
    [InlineData(false, 1, 2, 3, 4, 1, 2)]
    [InlineData(false, 4, 4, 1, 3, 2, 1)]
    [InlineData(true, 1, 1, 1, 1, 1, 1)]
    [InlineData(true, 1, 2, 3, 4, 1, 2)]
    public void The_block_table_is_bit_for_bit_the_cache_that_is_shifted_in_place(bool ownKernels, params int[] moves)
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        using var rig = new StreamRig(settings: new(OwnKernels: ownKernels, KeepPrepared: ownKernels));
        var reference = new ShiftedCache(rig);
        var tick = 3L;
        var session = rig.Whole(tick);
        Same(session, reference, reference.Prefill(tick, 0), "the first window");
        foreach (var inserted in moves)
        {
            tick += inserted;
            var next = rig.Moved(tick, inserted, session);
            session.Dispose();
            session = next;
            Same(session, reference, reference.Prefill(tick, inserted), $"the window of tick {tick}, {inserted} moved in");
        }
        session.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void The_own_kernels_compute_what_the_operators_do(int inserted)
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        using var operators = new StreamRig();
        using var kernels = new StreamRig(settings: new(OwnKernels: true, KeepPrepared: true));
        ReasoningSession? expected = null, ours = null;
        for (var tick = 3; tick < 3 + 4 * inserted; tick += inserted)
        {
            var (e, o) = expected is null ? (operators.Whole(tick), kernels.Whole(tick)) : (operators.Moved(tick, inserted, expected), kernels.Moved(tick, inserted, ours!));
            expected?.Dispose();
            ours?.Dispose();
            (expected, ours) = (e, o);
            foreach (var keys in new[] { true, false }) Assert.True(StreamRig.Error(StreamRig.Cache(ours, keys), StreamRig.Cache(expected, keys)) < 1e-5);
            Assert.True(StreamRig.Error(ours.LastHidden, expected.LastHidden) < 1e-5);
            for (var layer = 0; layer < operators.Language.Layers; layer++)
                Assert.True(StreamRig.Error(ours.Scratch.Read(layer).Keys, expected.Scratch.Read(layer).Keys) < 1e-5);
        }
        expected!.Dispose();
        ours!.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Blocks_are_shared_by_reference_and_only_the_newest_frames_and_the_tail_are_new(int inserted)
    {
        using var rig = new StreamRig();
        using var earlier = rig.Whole(3);
        using var moved = rig.Moved(3 + inserted, inserted, earlier);

        var (a, b) = (earlier.Lease.Table, moved.Lease.Table);
        for (var i = 0; i < b.Count; i++)
        {
            var part = b.Part(i);
            var expected = part.Kind switch
            {
                WindowPartKind.Tail => null,
                WindowPartKind.Visual when part.Frame + inserted >= StreamRig.Frames => null,
                WindowPartKind.Visual => a.Block(Enumerable.Range(0, a.Count).Single(j => a.Part(j).View == part.View && a.Part(j).Frame == part.Frame + inserted)),
                _ => a.Block(i),
            };
            if (expected is null) Assert.DoesNotContain(b.Block(i), Enumerable.Range(0, a.Count).Select(a.Block));
            else Assert.Same(expected, b.Block(i));
        }
    }

    [Fact]
    public void A_window_of_another_layout_has_no_block_to_give()
    {
        using var rig = new StreamRig();
        using var earlier = rig.Whole(3);
        var routed = rig.PromptOf("Turn left in 50m");

        using var scope = torch.NewDisposeScope();
        using var moved = rig.Stage.Moved(routed, rig.History(4), rig.Features(4, 1), earlier.Lease, StreamRig.Frames, 1);

        Assert.NotEqual(earlier.Lease.Table.Length, moved.Lease.Table.Length);
        Assert.Throws<ArgumentException>(() => rig.Stage.Moved(rig.Model.Prompts.Build(new([new(1, 4, 4), new(1, 4, 4), new(1, 4, 4), new(1, 4, 4)], 2, [0, 1], null)), rig.History(5), rig.Features(5, 1), earlier.Lease, 2, 1));
    }

    private static void Same(ReasoningSession session, ShiftedCache reference, Tensor last, string what)
    {
        Assert.True(StreamRig.Cache(session, keys: true).ToArray<float>().AsSpan().SequenceEqual(reference.Keys.ToArray<float>()), $"keys of {what}");
        Assert.True(StreamRig.Cache(session, keys: false).ToArray<float>().AsSpan().SequenceEqual(reference.Values.ToArray<float>()), $"values of {what}");
        Assert.True(session.LastHidden.ToArray<float>().AsSpan().SequenceEqual(last.ToArray<float>()), $"last row of {what}");
    }
}
