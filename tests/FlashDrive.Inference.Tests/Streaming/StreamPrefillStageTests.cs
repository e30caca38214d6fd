using FlashDrive.Inference.Kv;
using FlashDrive.Inference.Stages;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Tests.Streaming;

public sealed class StreamPrefillStageTests : IDisposable
{
    private readonly DrivingModel _model = TinyModel.Create();

    public StreamPrefillStageTests() => KvPool.VerifySealedBlocks = true;

    public void Dispose()
    {
        KvPool.VerifySealedBlocks = false;
        _model.Dispose();
    }

    [Fact]
    public void The_first_window_is_computed_whole_and_the_next_ones_keep_its_blocks()
    {
        using var stream = new StreamedStream(_model, StreamedStream.Options, sessions: 2);
        Assert.Null(stream.Insert(0, 1));
        using var first = stream.Insert(2)!;
        using var second = stream.Insert(3)!;

        Assert.Equal(("start", false), (first.Facts.ColdReason, first.Facts.Refreshed));
        Assert.Equal((null, false, 1), (second.Facts.ColdReason, second.Facts.Refreshed, second.Facts.Inserted));
        // Two views: of the seven blocks with text all but the tail stay, and two of three frames of each view.
        var (before, after) = (StreamedStream.Blocks(first), StreamedStream.Blocks(second));
        Assert.Equal(before.Count - 3, after.Intersect(before).Count());
    }

    [Fact]
    public void With_the_switch_off_every_window_is_computed_whole()
    {
        using var stream = new StreamedStream(_model, StreamedStream.Options with { Streaming = new(Enabled: false) }, sessions: 2);
        stream.Insert(0, 1);
        using var first = stream.Insert(2)!;
        using var second = stream.Insert(3)!;

        Assert.Empty(StreamedStream.Blocks(first).Intersect(StreamedStream.Blocks(second)));
        Assert.Null(second.Facts.ReprefillReason);
    }

    [Fact]
    public void A_refresh_is_bit_for_bit_a_whole_prefill_and_no_cold_window()
    {
        var options = StreamedStream.Options with { Streaming = new(Enabled: true, RefreshEvery: 3) };
        using var stream = new StreamedStream(_model, options);
        using var whole = new StreamedStream(_model, options with { Streaming = new(Enabled: true, RefreshEvery: 1) });
        stream.Insert(0, 1);
        whole.Insert(0, 1);
        for (var tick = 2; tick < 12; tick++)
        {
            using var ours = stream.Insert(tick)!;
            using var expected = whole.Insert(tick)!;
            // Ticks 2, 5, 8 and 11 begin anew.
            var refreshed = tick % 3 == 2;
            Assert.Equal(refreshed && tick > 2, ours.Facts.Refreshed);
            Assert.Equal(tick == 2 ? "start" : refreshed ? "refresh" : null, ours.Facts.ReprefillReason);
            Assert.Equal(refreshed, StreamedStream.Bits(ours).AsSpan().SequenceEqual(StreamedStream.Bits(expected)));
        }
    }

    [Fact]
    public void A_route_of_another_length_begins_a_cold_window_from_the_features_at_hand()
    {
        using var stream = new StreamedStream(_model, StreamedStream.Options);
        stream.Insert(0, 1);
        stream.Insert(2)!.Dispose();
        using (var routed = stream.Insert(TinyModel.Tick(3) with { Navigation = "Turn left in 50m" })!)
            Assert.Equal((StreamPrefillStage.PromptLength, false), (routed.Facts.ColdReason, routed.Facts.Refreshed));
        using (var same = stream.Insert(TinyModel.Tick(4) with { Navigation = "Turn left in 50m" })!)
            Assert.Null(same.Facts.ColdReason);
        using var bare = stream.Insert(5)!;

        using var whole = new StreamedStream(_model, StreamedStream.Options);
        whole.Insert(3, 4);
        using var expected = whole.Insert(5)!;
        Assert.Equal(StreamPrefillStage.PromptLength, bare.Facts.ColdReason);
        Assert.Equal(StreamedStream.Bits(expected), StreamedStream.Bits(bare));
    }

    [Fact]
    public void A_hole_becomes_a_block_of_the_tick_before_it_and_is_counted_among_the_ticks_moved_in()
    {
        using var holed = new StreamedStream(_model, StreamedStream.Options);
        holed.Insert(0, 1);
        holed.Insert(2)!.Dispose();
        using var window = holed.Insert(4)!;

        // The same window as if tick 3 had brought the pictures of tick 2.
        using var repeated = new StreamedStream(_model, StreamedStream.Options);
        repeated.Insert(0, 1);
        repeated.Insert(2)!.Dispose();
        var again = TinyModel.Tick(2);
        using var expected = repeated.Insert(again with { FrameId = 3, TickMicroseconds = 300_000 }, TinyModel.Tick(4))!;

        Assert.Equal((2, 1, true), (window.Facts.Inserted, window.Facts.Holes, window.Facts.Patched));
        Assert.Equal(StreamedStream.Bits(expected), StreamedStream.Bits(window));
    }

    [Fact]
    public void A_prefill_that_throws_commits_nothing_and_the_next_one_moves_the_window_over_the_hole()
    {
        using var stream = new StreamedStream(_model, StreamedStream.Options);
        using var untouched = new StreamedStream(_model, StreamedStream.Options);
        foreach (var s in new[] { stream, untouched })
        {
            s.Insert(0, 1);
            s.Insert(2)!.Dispose();
        }
        var lent = stream.State.Lent;
        var weight = _model.Network.Parameters["vlm.model.language_model.layers.2.self_attn.v_proj.weight"];
        using (torch.no_grad())
        {
            using var kept = weight.clone();
            weight.fill_(double.PositiveInfinity);
            Assert.Throws<NonFiniteException>(() => stream.Insert(3));
            weight.copy_(kept);
        }
        Assert.Equal(lent, stream.State.Lent);
        using var window = stream.Insert(4)!;
        using var expected = untouched.Insert(4)!;

        Assert.Equal((2, 1), (window.Facts.Inserted, window.Facts.Holes));
        Assert.Equal(StreamedStream.Bits(expected), StreamedStream.Bits(window));
    }

    [Fact]
    public void The_window_without_its_route_shares_the_moved_blocks()
    {
        var options = StreamedStream.Options with { Route = "Turn right in 30m", Flow = StreamedStream.Options.Flow with { GuidanceWeight = 1.5 } };
        using var stream = new StreamedStream(_model, options);
        stream.Insert(0, 1);
        stream.Insert(2)!.Dispose();
        using var window = stream.Insert(3)!;
        var (guided, unguided) = (window.Session.Lease.Table, window.Unguided!.Lease.Table);

        Assert.Null(window.Facts.ColdReason);
        for (var i = 0; i < guided.Count; i++)
            Assert.Equal(guided.Part(i).Kind != WindowPartKind.Tail, ReferenceEquals(guided.Block(i), unguided.Block(i)));
    }

    [Fact]
    public void Another_epoch_is_computed_whole()
    {
        using var stream = new StreamedStream(_model, StreamedStream.Options with { FramesPerCamera = 1 });
        stream.Insert(0)!.Dispose();
        using (var warm = stream.Insert(1)!) Assert.Null(warm.Facts.ColdReason);
        using var other = stream.Insert(TinyModel.Tick(30))!;
        Assert.Equal("time_jump", other.Facts.ColdReason);
    }
}
