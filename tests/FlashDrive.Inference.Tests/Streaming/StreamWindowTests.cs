using FlashDrive.Driving;
using FlashDrive.Inference.Stages;
using FlashDrive.Inference.Streaming;
using FlashDrive.Model.Vision;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Tests.Streaming;

public class StreamWindowTests : IDisposable
{
    private readonly long _tensors = torch.LiveTensors;
    private readonly StreamWindow _window = new(frames: 4);

    public void Dispose()
    {
        _window.Dispose();
        Assert.Equal(_tensors, torch.LiveTensors);
    }

    [Fact]
    public void It_is_whole_with_its_last_frame_and_slides_from_then_on()
    {
        Assert.False(Insert(0).IsWhole);
        Assert.False(Insert(1, 2).IsWhole);
        var first = Insert(3);
        var second = Insert(4);

        Assert.Equal((true, "start"), (first.IsWhole, first.Facts.ColdReason));
        Assert.Equal([1, 2, 3, 4], second.Slots.Select(slot => slot.FrameId));
        Assert.Equal((1, 0, false), (second.Facts.Inserted, second.Facts.Holes, second.Facts.Patched));
    }

    [Fact]
    public void Ticks_that_never_came_show_the_tick_before_them_and_patch_the_window_while_they_are_in_it()
    {
        Insert(0, 1, 2, 3);
        var holed = Insert(6);

        Assert.Equal([(3, 3, false), (4, 3, true), (5, 3, true), (6, 6, false)], holed.Slots.Select(slot => (slot.FrameId, slot.Source.Facts.FrameId, slot.Hole)));
        Assert.Equal((3, 2, true), (holed.Facts.Inserted, holed.Facts.Holes, holed.Facts.Patched));
        Assert.True(Insert(7).Facts.Patched);
        Assert.True(Insert(8).Facts.Patched);
        Assert.False(Insert(9).Facts.Patched);
    }

    [Fact]
    public void Of_a_long_gap_only_what_lies_in_the_window_is_filled()
    {
        Insert(0, 1, 2, 3);
        var after = Insert(1_000_000);

        Assert.Equal([999_997, 999_998, 999_999, 1_000_000], after.Slots.Select(slot => slot.FrameId));
        Assert.Equal((4, 3), (after.Facts.Inserted, after.Facts.Holes));
    }

    [Fact]
    public void Several_waiting_frames_move_in_together()
    {
        Insert(0, 1, 2, 3);
        var together = Insert(4, 5, 7);

        Assert.Equal([4, 5, 6, 7], together.Slots.Select(slot => slot.FrameId));
        Assert.Equal((4, 1), (together.Facts.Inserted, together.Facts.Holes));
    }

    [Fact]
    public void A_proposal_that_is_not_committed_changes_nothing()
    {
        Insert(0, 1, 2, 3);
        using (var lost = Frame(4)) _window.Propose([lost]);

        Assert.Equal([2, 3, 4, 5], Insert(5).Slots.Select(slot => slot.FrameId));
    }

    [Fact]
    public void Another_epoch_begins_an_empty_window_and_is_cold_until_its_first_window()
    {
        Insert(0, 1, 2, 3);
        var begun = InsertOf(1, "cameras", 4, 5, 6);
        var whole = InsertOf(1, "cameras", 7);

        Assert.False(begun.IsWhole);
        Assert.Equal((true, "cameras"), (whole.IsWhole, whole.Facts.ColdReason));
        Assert.Equal([4, 5, 6, 7], whole.Slots.Select(slot => slot.FrameId));
    }

    [Fact]
    public void A_frame_that_is_not_newer_is_an_error_of_the_caller()
    {
        Insert(0, 1);
        using var again = Frame(1);
        Assert.Throws<InvalidOperationException>(() => _window.Propose([again]));
    }

    private StreamWindow.Proposal Insert(params long[] frames) => InsertOf(0, "start", frames);

    private StreamWindow.Proposal InsertOf(int epoch, string reason, params long[] frames)
    {
        EncodedFrame[] waiting = [.. frames.Select(id => Frame(id, epoch, reason))];
        var proposal = _window.Propose(waiting);
        _window.Commit(proposal, waiting, table: null);
        return proposal;
    }

    private static EncodedFrame Frame(long id, int epoch = 0, string reason = "start") =>
        new(new(id, id * 100_000, [1], EgoHistory.Straight(1), null, false, epoch, reason), [new(1, 2, 2)], new VisionFeatures(torch.zeros(1, 4), []).DetachFromDisposeScope(), 2);
}
