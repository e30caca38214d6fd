namespace FlashDrive.Inference.Tests.Streaming;

public sealed class StreamGapTests : IDisposable
{
    private readonly DrivingModel _model = TinyModel.Create();

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(10)]
    public void A_gap_of_up_to_a_second_is_patched_by_the_next_frame_and_warm_again_a_window_later(int ticks)
    {
        using var rollout = new SequentialRollout(_model, StreamedStream.Options);
        for (var i = 0; i < 5; i++) rollout.Step(TinyModel.Tick(i));
        var after = 4 + ticks;
        var plans = Enumerable.Range(after, 4).Select(i => rollout.Step(TinyModel.Tick(i)).Plan!).ToList();

        // Three frames a window: two windows show a hole, or the frame before it in its place.
        Assert.Equal([true, true, false, false], plans.Select(plan => plan.Patched));
        Assert.All(plans, plan => Assert.Null(plan.ColdReason));
    }

    [Fact]
    public void A_longer_gap_begins_a_new_epoch_whose_first_plan_is_cold()
    {
        using var rollout = new SequentialRollout(_model, StreamedStream.Options);
        for (var i = 0; i < 5; i++) rollout.Step(TinyModel.Tick(i));
        var results = Enumerable.Range(15, 4).Select(i => rollout.Step(TinyModel.Tick(i))).ToList();

        Assert.Equal([DropReasons.Warming, DropReasons.Warming], results.Take(2).Select(result => result.Reason));
        Assert.Equal(["time_jump", null], results.Skip(2).Select(result => result.Plan!.ColdReason));
        Assert.All(results.Skip(2), result => Assert.False(result.Plan!.Patched));
    }

    [Fact]
    public void A_hole_of_one_tick_between_moved_frames_is_counted_once()
    {
        using var stream = new StreamedStream(_model, StreamedStream.Options);
        stream.Insert(0, 1);
        stream.Insert(2)!.Dispose();
        using var window = stream.Insert(3, 5)!;
        Assert.Equal((3, 1, true), (window.Facts.Inserted, window.Facts.Holes, window.Facts.Patched));
    }
}
