using FlashDrive.Driving.Clips;
using FlashDrive.Driving.Motion;
using FlashDrive.Driving.Tests.Video;
using FlashDrive.Driving.Video;

namespace FlashDrive.Driving.Tests.Clips;

public class ClipPlayerTests(MadeOnce made) : IClassFixture<MadeOnce>
{
    private static readonly EgoMotion Assumed = EgoMotion.Constant(10);

    [Fact]
    public void Every_tick_brings_the_newest_frame_of_every_camera()
    {
        var video = VideoInfo.Probe(made.Video);
        using var player = Player([Camera(6, video, Times(12, 100_000)), Camera(1, video, Times(12, 100_000, start: -20_000))]);
        var bundles = player.Bundles().ToList();
        Assert.Equal(Enumerable.Range(0, 12), bundles.Select(b => (int)b.FrameId));
        Assert.Equal(Enumerable.Range(0, 12).Select(i => i * 100_000L), bundles.Select(b => b.TickMicroseconds));
        foreach (var bundle in bundles)
        {
            Assert.Equal([1, 6], bundle.Frames.Select(f => f.CameraIndex));
            Assert.Equal(bundle.TickMicroseconds - 20_000, bundle.Frames[0].CaptureMicroseconds);
            Assert.Equal(bundle.TickMicroseconds, bundle.Frames[1].CaptureMicroseconds);
            Assert.All(bundle.Frames, f => Assert.Equal((int)bundle.FrameId, Pictures.NumberOf(f.Rgb)));
            Assert.Equal(10, bundle.History.Speed, 9);
            Assert.Null(bundle.Future);
            Assert.False(bundle.IsPatched);
        }
        Assert.Equal((12, 12, 0, 0L), ((int)player.TickCount, player.Counts.Bundles, player.Counts.Patched, player.Counts.Degraded));
        Assert.Null(player.Counts.EndedEarly);
    }

    [Fact]
    public void A_faster_camera_gives_its_latest_frame_at_or_before_each_tick()
    {
        // 30 fps in whole microseconds: ticks at 0, 100, 200, 300 ms see frames 0, 3, 6, 9; the last frame is 33 ms old at 400 ms.
        using var player = Player([Camera(1, VideoInfo.Probe(made.Video), Times(12, 33_333))]);
        Assert.Equal([0, 3, 6, 9, 11], player.Bundles().Select(b => Pictures.NumberOf(b.Frames[0].Rgb)));
    }

    [Fact]
    public void A_camera_that_misses_a_tick_is_repeated_and_the_bundle_is_patched()
    {
        var video = VideoInfo.Probe(made.Video);
        long[] gap = [0, 100_000, 200_000, .. Times(9, 100_000, start: 500_000)];
        using var player = Player([Camera(0, video, Times(12, 100_000)), Camera(1, video, gap)]);
        var bundles = player.Bundles().ToList();
        Assert.Equal(12, bundles.Count);
        Assert.Equal([3, 4], bundles.Where(b => b.IsPatched).Select(b => (int)b.FrameId));
        Assert.All(bundles.Where(b => b.IsPatched), b =>
        {
            Assert.Equal([1], b.RepeatedCameras);
            Assert.Equal(200_000, b.Frames[1].CaptureMicroseconds);
            Assert.Equal(2, Pictures.NumberOf(b.Frames[1].Rgb));
        });
        Assert.Equal(2, player.Counts.Patched);
    }

    [Fact]
    public void Three_periods_without_a_frame_stop_the_bundles_until_one_comes()
    {
        // Frames 3, 4, 5 … of camera 1 come from 0.8 s on: 0.3 and 0.4 s are patched, 0.5 … 0.7 s degraded.
        long[] gap = [0, 100_000, 200_000, .. Times(9, 100_000, start: 800_000)];
        var video = VideoInfo.Probe(made.Video);
        using var player = Player([Camera(0, video, Times(12, 100_000)), Camera(1, video, gap)]);
        Assert.Equal([0, 1, 2, 3, 4, 8, 9, 10, 11], player.Bundles().Select(b => (int)b.FrameId));
        Assert.Equal((2, 3L), (player.Counts.Patched, player.Counts.Degraded));
        Assert.Null(player.Counts.EndedEarly);
    }

    /// <summary>Every camera, every length of silence: up to two missing frames are patched, from the third on there are no ticks.</summary>
    [Fact]
    public void Whichever_of_four_cameras_falls_silent_the_same_rule_holds()
    {
        var video = VideoInfo.Probe(made.Video);
        int[] indices = [0, 1, 2, 6];
        for (var silent = 0; silent < 4; silent++)
            foreach (var missing in new[] { 1, 2, 3, 6 })
            {
                long[] gap = [0, 100_000, 200_000, .. Times(9, 100_000, start: 300_000 + missing * 100_000)];
                using var player = Player([.. indices.Select((index, i) => Camera(index, video, i == silent ? gap : Times(12, 100_000)))]);
                var bundles = player.Bundles().ToList();
                var patched = Math.Min(missing, 2);
                Assert.Equal(Enumerable.Range(3, patched), bundles.Where(b => b.IsPatched).Select(b => (int)b.FrameId));
                Assert.All(bundles.Where(b => b.IsPatched), b => Assert.Equal([indices[silent]], b.RepeatedCameras));
                Assert.Equal(Enumerable.Range(0, 12).Where(id => id < 3 + patched || id >= 3 + missing), bundles.Select(b => (int)b.FrameId));
                Assert.Equal(missing - patched, player.Counts.Degraded);
            }
    }

    [Fact]
    public void A_silence_of_years_is_passed_in_one_step()
    {
        const long year = 31_557_600_000_000;
        using var player = Player([Camera(1, VideoInfo.Probe(made.Video), [0, 100_000, .. Times(10, 100_000, start: 50 * year)])]);
        var bundles = player.Bundles().ToList();
        Assert.Equal(2 + 2 + 10, bundles.Count);
        Assert.Equal(50 * year, bundles[4].TickMicroseconds);
        Assert.Equal(50 * year / 100_000, bundles[4].FrameId);
    }

    [Fact]
    public void Source_time_that_goes_backwards_is_refused_by_name_and_the_stream_goes_on()
    {
        var times = Times(12, 100_000);
        (times[4], times[7]) = (250_000, 600_000);
        using var player = Player([Camera(1, VideoInfo.Probe(made.Video), times)]);
        var bundles = player.Bundles().ToList();
        // Frame 4 comes early at 0.25 s but in order; frame 7 repeats the time of frame 6.
        Assert.Equal([0, 1, 2, 3, 3, 5, 6, 6, 8, 9, 10, 11], bundles.Select(b => Pictures.NumberOf(b.Frames[0].Rgb)));
        Assert.Equal([(1, 250_000L), (1, 600_000L)], bundles.SelectMany(b => b.Refused).Select(r => (r.CameraIndex, r.CaptureMicroseconds)));
        Assert.All(bundles.SelectMany(b => b.Refused), r => Assert.Equal(FrameRefusal.TimeBackwards, r.Reason));
        Assert.Equal(2, player.Counts.Refused[FrameRefusal.TimeBackwards]);
    }

    [Fact]
    public void A_corrupt_frame_of_a_video_is_refused_by_name_and_driving_goes_on()
    {
        using var folder = new ScratchFolder();
        var path = made.CopyVideo(folder);
        var (position, size) = Pictures.Packet(path, 5);
        Pictures.Overwrite(path, position, size, 0);
        using var player = Player([Camera(1, VideoInfo.Probe(path), Times(12, 100_000))]);
        var bundles = player.Bundles().ToList();
        Assert.Equal(12, bundles.Count);
        Assert.Equal([5], bundles.Where(b => b.IsPatched).Select(b => (int)b.FrameId));
        var refused = Assert.Single(bundles[5].Refused);
        Assert.Equal((1, 500_000L, FrameRefusal.CorruptImage), (refused.CameraIndex, refused.CaptureMicroseconds, refused.Reason));
        Assert.Contains("frame 5 of '", refused.Message);
        Assert.Equal(4, Pictures.NumberOf(bundles[5].Frames[0].Rgb));
        Assert.Equal(6, Pictures.NumberOf(bundles[6].Frames[0].Rgb));
    }

    [Fact]
    public void Corrupt_and_missing_images_and_images_of_another_size_are_refused_by_name_and_driving_goes_on()
    {
        using var folder = new ScratchFolder();
        var images = new ImageSequence(made.CopyImages(folder), 0);
        File.WriteAllText(images.PathOf(0), "no image");
        File.WriteAllText(images.PathOf(3), "no image");
        File.Delete(images.PathOf(6));
        Pictures.Run("ffmpeg", "-v", "error", "-y", "-i", images.PathOf(9), "-vf", "scale=32:24", images.PathOf(9) + ".png");
        File.Move(images.PathOf(9) + ".png", images.PathOf(9), overwrite: true);

        using var player = Player([new(1, new ImageSource(images), Times(12, 100_000))]);
        var bundles = player.Bundles().ToList();
        Assert.Equal(Enumerable.Range(1, 11), bundles.Select(b => (int)b.FrameId));
        Assert.Equal(
            [(0L, FrameRefusal.CorruptImage), (300_000L, FrameRefusal.CorruptImage), (600_000L, FrameRefusal.MissingImage), (900_000L, FrameRefusal.WrongSize)],
            bundles.SelectMany(b => b.Refused).Select(r => (r.CaptureMicroseconds, r.Reason)));
        Assert.Contains("32 x 24", bundles.Single(b => b.FrameId == 9).Refused[0].Message);
        Assert.Equal([1, 2, 2, 4, 5, 5, 7, 8, 8, 10, 11], bundles.Select(b => Pictures.NumberOf(b.Frames[0].Rgb)));
        Assert.Equal((3, 1L), (player.Counts.Patched, player.Counts.Degraded));
    }

    [Fact]
    public void A_video_that_breaks_off_ends_the_stream_by_name()
    {
        using var folder = new ScratchFolder();
        var path = made.CopyVideo(folder);
        var (position, _) = Pictures.Packet(path, 6);
        using (var file = File.OpenWrite(path)) file.SetLength(position);
        using var player = Player([Camera(1, VideoInfo.Probe(path), Times(12, 100_000))]);
        Assert.Equal(Enumerable.Range(0, 8), player.Bundles().Select(b => (int)b.FrameId));
        Assert.Equal((2, 4L), (player.Counts.Patched, player.Counts.Degraded));
        Assert.Equal(6, player.Counts.Refused.Values.Sum());
        Assert.StartsWith("camera 1 (camera_front_wide_120fov) brings no frame after 500000 µs", player.Counts.EndedEarly);
    }

    [Fact]
    public void Ticks_begin_where_the_history_does_and_bring_the_driven_future_while_there_is_one()
    {
        // Poses from −1.23 s to 7 s at 20 Hz: the first tick of the grid with 1.5 s before it is 0.3 s, the last future is at 0.6 s.
        var poses = Enumerable.Range(0, 166).Select(i => new TimedPose(-1_230_000 + 50_000 * i, new(new(0.75 * i, 0, 0), Rotation.Identity))).ToArray();
        using var player = new ClipPlayer(Of([Camera(1, VideoInfo.Probe(made.Video), Times(12, 100_000))], new(poses)));
        var bundles = player.Bundles().ToList();
        Assert.Equal(300_000, bundles[0].TickMicroseconds);
        Assert.Equal(1_100_000, bundles[^1].TickMicroseconds);
        Assert.All(bundles, b => Assert.Equal(15, b.History.Speed, 6));
        Assert.Equal([300_000, 400_000, 500_000, 600_000], bundles.Where(b => b.Future is not null).Select(b => b.TickMicroseconds));
        Assert.Equal(96, bundles[0].Future!.End.X, 6);
    }

    [Fact]
    public void A_clip_without_poses_asks_for_them()
    {
        var error = Assert.Throws<ClipException>(() => new ClipPlayer(Clip.Load(made.Video)));
        Assert.Equal(ClipFault.MissingPoses, error.Reason);
        Assert.Contains("--ego constant:25", error.Message);
    }

    [Fact]
    public void A_clip_too_short_for_its_history_is_refused_with_what_it_covers()
    {
        var poses = Enumerable.Range(0, 10).Select(i => new TimedPose(100_000 * i, Pose.Identity)).ToArray();
        var error = Assert.Throws<ClipException>(() => new ClipPlayer(Of([Camera(1, VideoInfo.Probe(made.Video), Times(12, 100_000))], new(poses))));
        Assert.Equal(ClipFault.ClipTooShort, error.Reason);
        Assert.Contains("poses 0 … 900000 µs", error.Message);
    }

    [Fact]
    public void The_real_highway_drives_at_an_assumed_speed_with_the_frame_at_or_before_each_tick()
    {
        using var player = new ClipPlayer(Clip.Load(Fixtures.At("highway", "front.mp4"), EgoMotion.Constant(25)));
        var bundles = player.Bundles().ToList();
        Assert.Equal(17, bundles.Count);
        Assert.All(bundles, b => Assert.Equal(Math.Min(b.TickMicroseconds / 40_000, 39) * 40_000, b.Frames[0].CaptureMicroseconds));
        Assert.All(bundles, b => Assert.Equal((320, 180, 320 * 180 * 3), (b.Frames[0].Width, b.Frames[0].Height, b.Frames[0].Rgb.Length)));
        // The road is grey, the sky above it is brighter: the rows are the right way up.
        Assert.True(Brightness(bundles[0].Frames[0], 0, 40) > Brightness(bundles[0].Frames[0], 130, 170) + 20);
        Assert.Empty(player.Counts.Refused);
    }

    [Fact]
    public void A_player_may_be_left_in_the_middle()
    {
        using var player = new ClipPlayer(Clip.Load(Fixtures.At("highway", "front.mp4"), EgoMotion.Constant(25)));
        Assert.NotNull(player.Next());
        Assert.Equal(1, player.NextTick);
    }

    private static double Brightness(CameraFrame frame, int fromRow, int toRow) =>
        frame.Rgb.Skip(fromRow * frame.Width * 3).Take((toRow - fromRow) * frame.Width * 3).Average(b => b);

    private static long[] Times(int count, long step, long start = 0) => Enumerable.Range(0, count).Select(i => start + i * step).ToArray();

    private static ClipCamera Camera(int index, VideoInfo video, long[] times) => new(index, new VideoSource(video), times);

    private static Clip Of(ClipCamera[] cameras, EgoMotion ego) => new("clip", "clip", 10, cameras, ego, hasGroundTruth: true, []);

    private static ClipPlayer Player(ClipCamera[] cameras) => new(Of(cameras, Assumed));
}
