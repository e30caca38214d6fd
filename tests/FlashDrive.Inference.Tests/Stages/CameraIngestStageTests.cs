using FlashDrive.Driving;
using FlashDrive.Inference.Stages;

namespace FlashDrive.Inference.Tests.Stages;

public class CameraIngestStageTests
{
    private readonly CameraIngestStage _ingest = new();
    private readonly IngestState _state = new();

    [Fact]
    public void A_stream_begins_its_first_epoch_with_its_first_tick()
    {
        var frame = _ingest.Admit(_state, TinyModel.Tick(0));

        Assert.Equal((0, "start"), (frame.Facts.Epoch, frame.Facts.EpochReason));
        Assert.Equal([1, 6], frame.Facts.Cameras);
        Assert.Equal(0, _ingest.Admit(_state, TinyModel.Tick(1)).Facts.Epoch);
    }

    [Theory]
    [InlineData("cameras")]
    [InlineData("resolution")]
    [InlineData("time_jump")]
    [InlineData("failures")]
    public void A_changed_source_or_a_reset_starts_a_new_epoch_that_goes_on(string reason)
    {
        _ingest.Admit(_state, TinyModel.Tick(0));
        if (reason == "failures") _state.Reset("failures");

        long at = reason == "time_jump" ? 1_000_001 : 100_000;
        var cameras = reason == "cameras" ? new[] { 1 } : [1, 6];
        var width = reason == "resolution" ? 128 : 64;
        var first = _ingest.Admit(_state, TinyModel.Tick(1, width, 64, at, cameras));
        var second = _ingest.Admit(_state, TinyModel.Tick(2, width, 64, at + 100_000, cameras));

        Assert.Equal((1, reason), (first.Facts.Epoch, first.Facts.EpochReason));
        Assert.Equal(1, second.Facts.Epoch);
    }

    [Fact]
    public void A_gap_of_exactly_one_second_keeps_the_epoch()
    {
        _ingest.Admit(_state, TinyModel.Tick(0));
        Assert.Equal(0, _ingest.Admit(_state, TinyModel.Tick(1, microseconds: 1_000_000)).Facts.Epoch);
    }

    [Fact]
    public void Time_that_does_not_advance_is_refused_and_the_stream_goes_on()
    {
        _ingest.Admit(_state, TinyModel.Tick(5));

        Assert.Equal("time_backwards", Refused(TinyModel.Tick(6, microseconds: 500_000)).Reason);
        Assert.Equal(0, _ingest.Admit(_state, TinyModel.Tick(7)).Facts.Epoch);
    }

    [Fact]
    public void A_clock_set_back_is_followed_after_ten_ticks_that_follow_each_other()
    {
        _ingest.Admit(_state, TinyModel.Tick(0, microseconds: 9_000_000_000_000_000));
        for (var i = 1; i < 10; i++) Assert.Equal("time_backwards", Refused(TinyModel.Tick(i)).Reason);
        // A duplicate in between begins the count anew.
        Assert.Equal("time_backwards", Refused(TinyModel.Tick(9)).Reason);
        for (var i = 10; i < 19; i++)
            if (i < 18) Assert.Equal("time_backwards", Refused(TinyModel.Tick(i)).Reason);
            else Assert.Equal((1, "time_jump"), (_ingest.Admit(_state, TinyModel.Tick(i)).Facts.Epoch, _state.ColdReason));
    }

    [Fact]
    public void A_number_that_does_not_ascend_is_refused()
    {
        _ingest.Admit(_state, TinyModel.Tick(5));
        Assert.Equal("frame_order", Refused(TinyModel.Tick(5, microseconds: 600_000)).Reason);
    }

    [Fact]
    public void A_refused_tick_of_another_shape_changes_nothing()
    {
        _ingest.Admit(_state, TinyModel.Tick(0));

        Refused(TinyModel.Tick(1, width: 128, microseconds: 0));

        Assert.Equal(0, _ingest.Admit(_state, TinyModel.Tick(2)).Facts.Epoch);
    }

    [Fact]
    public void A_frame_with_too_few_bytes_is_refused_by_name()
    {
        var tick = TinyModel.Tick(0);
        var error = Refused(tick with { Frames = [tick.Frames[0] with { Rgb = new byte[10] }, tick.Frames[1]] });

        Assert.Equal("frame_size", error.Reason);
        Assert.Equal("tick 0: camera 1 has 10 bytes, 64x64 RGB needs 12288", error.Message);
    }

    [Fact]
    public void Cameras_out_of_order_are_refused_by_name() => Assert.Equal("camera_order", Refused(TinyModel.Tick(0, cameras: [6, 1])).Reason);

    [Fact]
    public void An_implausible_ego_history_is_refused_by_name() =>
        Assert.Equal("ego_motion", Refused(TinyModel.Tick(0) with { History = EgoHistory.Straight(1000) }).Reason);

    [Theory]
    [InlineData(0, null)]
    [InlineData(40_000, null)]
    [InlineData(100_000, null)]
    [InlineData(100_001, "camera_spread")]
    [InlineData(-1, "camera_future")]
    public void The_spread_between_cameras_is_measured_and_refused_above_one_period(long age, string? refusal)
    {
        var tick = Aged(TinyModel.Tick(3), age);

        if (refusal is not null) Assert.Equal(refusal, Refused(tick).Reason);
        else Assert.Equal(age, _ingest.Admit(_state, tick).SpreadMicroseconds);
    }

    [Theory]
    [InlineData(299_999, null)]
    [InlineData(300_000, "camera_silent")]
    public void A_repeated_camera_is_left_out_of_the_spread_and_refused_when_three_periods_old(long age, string? refusal)
    {
        var tick = Aged(TinyModel.Tick(5), age) with { RepeatedCameras = [1] };

        if (refusal is not null)
        {
            Assert.Equal(refusal, Refused(tick).Reason);
            return;
        }
        var frame = _ingest.Admit(_state, tick);
        Assert.Equal((0, true), (frame.SpreadMicroseconds, frame.Facts.Patched));
    }

    private TickRefusedException Refused(FrameBundle tick) => Assert.Throws<TickRefusedException>(() => _ingest.Admit(_state, tick));

    private static FrameBundle Aged(FrameBundle tick, long age) =>
        tick with { Frames = [tick.Frames[0] with { CaptureMicroseconds = tick.TickMicroseconds - age }, tick.Frames[1]] };
}
