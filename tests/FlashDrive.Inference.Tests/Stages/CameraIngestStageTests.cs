using FlashDrive.Inference.Stages;

namespace FlashDrive.Inference.Tests.Stages;

public class CameraIngestStageTests
{
    [Fact]
    public void The_first_window_comes_with_its_last_frame_and_slides_from_then_on()
    {
        var ingest = new CameraIngestStage(framesPerCamera: 3);

        Assert.Null(ingest.Admit(TinyModel.Tick(0)));
        Assert.Null(ingest.Admit(TinyModel.Tick(1)));
        var first = ingest.Admit(TinyModel.Tick(2))!;
        var second = ingest.Admit(TinyModel.Tick(3))!;

        Assert.Equal([0, 1, 2], first.Ticks.Select(t => t.FrameId));
        Assert.Equal([1, 2, 3], second.Ticks.Select(t => t.FrameId));
        Assert.Equal(("start", null), (first.ColdReason, second.ColdReason));
        Assert.Equal((0, 0), (first.Epoch, second.Epoch));
    }

    [Theory]
    [InlineData("cameras")]
    [InlineData("resolution")]
    [InlineData("time_jump")]
    public void A_changed_source_starts_a_new_epoch_with_an_empty_window(string reason)
    {
        var ingest = new CameraIngestStage(framesPerCamera: 2);
        ingest.Admit(TinyModel.Tick(0));
        ingest.Admit(TinyModel.Tick(1));

        long shift = reason == "time_jump" ? 1_000_001 : 0;
        var cameras = reason == "cameras" ? new[] { 1 } : [1, 6];
        var width = reason == "resolution" ? 128 : 64;
        Assert.Null(ingest.Admit(TinyModel.Tick(2, width, 64, 100_000 + Math.Max(100_000, shift), cameras)));
        var window = ingest.Admit(TinyModel.Tick(3, width, 64, 200_000 + Math.Max(100_000, shift), cameras))!;

        Assert.Equal((reason, 1), (window.ColdReason, window.Epoch));
        Assert.Equal([2, 3], window.Ticks.Select(t => t.FrameId));
    }

    [Fact]
    public void A_gap_of_exactly_one_second_keeps_the_window()
    {
        var ingest = new CameraIngestStage(framesPerCamera: 2);
        ingest.Admit(TinyModel.Tick(0));
        Assert.Equal(0, ingest.Admit(TinyModel.Tick(1, microseconds: 1_000_000))!.Epoch);
    }

    [Fact]
    public void Time_that_does_not_advance_is_refused_and_the_stream_goes_on()
    {
        var ingest = new CameraIngestStage(framesPerCamera: 2);
        ingest.Admit(TinyModel.Tick(5));

        var error = Assert.Throws<TickRefusedException>(() => ingest.Admit(TinyModel.Tick(6, microseconds: 500_000)));

        Assert.Equal("time_backwards", error.Reason);
        Assert.Equal([5, 7], ingest.Admit(TinyModel.Tick(7))!.Ticks.Select(t => t.FrameId));
    }

    [Fact]
    public void A_frame_with_too_few_bytes_is_refused_by_name()
    {
        var tick = TinyModel.Tick(0);
        var cut = tick with { Frames = [tick.Frames[0] with { Rgb = new byte[10] }, tick.Frames[1]] };

        var error = Assert.Throws<TickRefusedException>(() => new CameraIngestStage(2).Admit(cut));

        Assert.Equal("frame_size", error.Reason);
        Assert.Equal("tick 0: camera 1 has 10 bytes, 64x64 RGB needs 12288", error.Message);
    }

    [Fact]
    public void Cameras_out_of_order_are_refused_by_name()
    {
        Assert.Equal("camera_order", Assert.Throws<TickRefusedException>(() => new CameraIngestStage(2).Admit(TinyModel.Tick(0, cameras: [6, 1]))).Reason);
    }
}
