using FlashDrive.Driving.Video;

namespace FlashDrive.Driving.Tests.Video;

public class VideoTests(MadeOnce made) : IClassFixture<MadeOnce>
{
    [Fact]
    public void A_written_video_comes_back_frame_by_frame_at_its_times()
    {
        var info = VideoInfo.Probe(made.Video);
        Assert.Equal((64, 48, 10.0, 12), (info.Width, info.Height, info.FramesPerSecond, info.FrameCount));
        Assert.Equal(Enumerable.Range(0, 12).Select(i => i * 100_000L), info.TimestampsMicroseconds);

        using var reader = new VideoReader(info);
        for (var i = 0; i < 12; i++)
        {
            Assert.True(reader.MoveNext());
            Assert.Null(reader.FaultMessage);
            Assert.Equal((i, 64, 48), (reader.Index, reader.Width, reader.Height));
            var rgb = reader.TakePixels()!;
            Assert.Equal(i, Pictures.NumberOf(rgb));
            Assert.InRange(MeanError(rgb, Pictures.Frame(i)), 0, 4);
        }
        Assert.False(reader.MoveNext());
        Assert.False(reader.MoveNext());
    }

    [Fact]
    public void The_same_frames_give_the_same_bytes()
    {
        using var folder = new ScratchFolder();
        Assert.Equal(File.ReadAllBytes(made.Video), File.ReadAllBytes(Pictures.Video(folder["b.mp4"], 12)));
    }

    [Fact]
    public void Frames_that_are_not_taken_are_skipped()
    {
        using var reader = new VideoReader(VideoInfo.Probe(made.Video));
        for (var i = 0; i <= 6; i++) Assert.True(reader.MoveNext());
        Assert.Equal(6, Pictures.NumberOf(reader.TakePixels()));
    }

    [Fact]
    public void A_video_may_be_left_in_the_middle()
    {
        using var folder = new ScratchFolder();
        using var reader = new VideoReader(VideoInfo.Probe(Pictures.Video(folder["a.mp4"], 300, options: new(51, 250))));
        Assert.True(reader.MoveNext());
        Assert.Equal(0, Pictures.NumberOf(reader.TakePixels()));
    }

    [Fact]
    public void A_destroyed_frame_is_refused_by_name_and_the_rest_is_read()
    {
        using var folder = new ScratchFolder();
        var path = made.CopyVideo(folder);
        var (position, size) = Pictures.Packet(path, 5);
        Pictures.Overwrite(path, position, size, 0);
        var (good, faults) = ReadAll(path);
        Assert.Equal([0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11], good);
        var (index, reason, message) = Assert.Single(faults);
        Assert.Equal((5, FrameRefusal.CorruptImage), (index, reason));
        Assert.StartsWith($"frame 5 of '{path}' cannot be decoded", message);
    }

    [Fact]
    public void A_damaged_frame_is_refused_by_name_and_the_rest_is_read()
    {
        using var folder = new ScratchFolder();
        var path = made.CopyVideo(folder);
        var (position, size) = Pictures.Packet(path, 5);
        // Behind the slice header, so that the decoder starts on the frame and then loses its way.
        Pictures.Overwrite(path, position + size / 3, size / 3, 0xA5);
        var (good, faults) = ReadAll(path);
        Assert.Equal([0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11], good);
        Assert.Equal((5, FrameRefusal.CorruptImage), (Assert.Single(faults).Index, faults[0].Reason));
    }

    [Fact]
    public void A_damaged_frame_of_motion_jpeg_is_refused_though_the_decoder_hands_it_out()
    {
        using var folder = new ScratchFolder();
        Pictures.Run("ffmpeg", "-v", "error", "-i", made.Video, "-c:v", "mjpeg", "-q:v", "2", folder["a.avi"]);
        var (position, size) = Pictures.Packet(folder["a.avi"], 5);
        Pictures.Overwrite(folder["a.avi"], position + size / 2, size / 2, 0xFF);
        var (good, faults) = ReadAll(folder["a.avi"]);
        Assert.Equal([0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11], good);
        Assert.Equal((5, FrameRefusal.CorruptImage), (Assert.Single(faults).Index, faults[0].Reason));
    }

    [Fact]
    public void A_file_that_breaks_off_gives_its_frames_and_names_the_missing_ones()
    {
        using var folder = new ScratchFolder();
        var path = made.CopyVideo(folder);
        var (position, _) = Pictures.Packet(path, 9);
        using (var file = File.OpenWrite(path)) file.SetLength(position + 10);
        var (good, faults) = ReadAll(path);
        Assert.Equal(Enumerable.Range(0, 9), good);
        Assert.All(faults, f => Assert.Contains(f.Reason, new[] { FrameRefusal.TruncatedVideo, FrameRefusal.CorruptImage }));
        Assert.All(faults, f => Assert.Contains($"frame {f.Index} of '{path}'", f.Message));
        // The container's table may list frames that are cut off; none of them is delivered.
        var info = VideoInfo.Probe(path);
        Assert.True(info.FrameCount >= 9);
        Assert.StartsWith($"'{path}': ", info.Complaint);
        Assert.Null(VideoInfo.Probe(made.Video).Complaint);
    }

    [Fact]
    public void Times_of_another_frame_rate_and_a_late_start_are_kept()
    {
        using var folder = new ScratchFolder();
        Pictures.Run("ffmpeg", "-v", "error", "-i", made.Video, "-vf", "setpts=PTS+2/TB,fps=30000/1001", "-bf", "2", "-g", "12", folder["b.mkv"]);
        var info = VideoInfo.Probe(folder["b.mkv"]);
        Assert.Equal(0, info.TimestampsMicroseconds[0]);
        Assert.Equal(33_000, info.TimestampsMicroseconds[1]);
        var (good, faults) = ReadAll(folder["b.mkv"]);
        Assert.Empty(faults);
        Assert.Equal(info.FrameCount, good.Count);
    }

    [Fact]
    public void A_file_that_is_no_video_is_refused_by_name()
    {
        using var folder = new ScratchFolder();
        var error = Assert.Throws<ClipException>(() => VideoInfo.Probe(folder.Write("a.mp4", "this is no video")));
        Assert.Equal(ClipFault.CorruptVideo, error.Reason);
        Assert.Contains("a.mp4", error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_file_with_sound_alone_is_refused()
    {
        using var folder = new ScratchFolder();
        Pictures.Run("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=duration=0.2", folder["a.wav"]);
        Assert.Equal(ClipFault.NoVideoStream, Assert.Throws<ClipException>(() => VideoInfo.Probe(folder["a.wav"])).Reason);
    }

    [Fact]
    public void A_file_that_does_not_exist_is_refused_by_name() =>
        Assert.Equal(ClipFault.MissingFile, Assert.Throws<ClipException>(() => VideoInfo.Probe("none.mp4")).Reason);

    [Fact]
    public void A_playlist_that_points_at_the_network_is_not_followed()
    {
        using var folder = new ScratchFolder();
        var error = Assert.Throws<ClipException>(() => VideoInfo.Probe(folder.Write("a.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n")));
        Assert.Equal(ClipFault.CorruptVideo, error.Reason);
    }

    [Fact]
    public void A_missing_ffmpeg_says_how_to_install_it()
    {
        var error = Assert.Throws<ClipException>(() => FfmpegProcess.Start("ffmpeg-that-is-not-there", [], writesInput: false, _ => { }));
        Assert.Equal(ClipFault.FfmpegMissing, error.Reason);
        Assert.Contains("apt-get install ffmpeg", error.Message);
        Assert.StartsWith("ffmpeg version", Ffmpeg.Version());
    }

    [Fact]
    public void Ffmpeg_runs_in_a_session_of_its_own_so_that_an_interrupt_from_the_terminal_does_not_reach_it_and_ends_with_its_owner()
    {
        string process;
        using (var ffmpeg = FfmpegProcess.Start("ffmpeg", ["-v", "error", "-nostdin", "-f", "lavfi", "-i", "color=size=16x16", "-f", "rawvideo", "pipe:1"], writesInput: false, _ => { }))
        {
            ffmpeg.Output.ReadExactly(new byte[16]);
            process = $"/proc/{ffmpeg.Id}";
            // pid (comm) state ppid pgrp session …
            var fields = File.ReadAllText($"{process}/stat").Split(' ');
            Assert.Equal(["(ffmpeg)", ffmpeg.Id.ToString()], [fields[1], fields[5]]);
        }
        Assert.False(Directory.Exists(process));
    }

    [Fact]
    public void A_writer_that_is_not_completed_leaves_nothing()
    {
        using var folder = new ScratchFolder();
        using (var writer = new VideoWriter(folder["a.mp4"], 64, 48, 10)) writer.Write(Pictures.Frame(0));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_named()
    {
        using var folder = new ScratchFolder();
        using var writer = new VideoWriter(folder["none/a.mp4"], 64, 48, 10);
        var error = Assert.Throws<ClipException>(() =>
        {
            // The pipe takes some frames before ffmpeg's end is noticed.
            for (var i = 0; i < 1000; i++) writer.Write(Pictures.Frame(i));
            writer.Complete();
        });
        Assert.Equal(ClipFault.FfmpegFailed, error.Reason);
        Assert.Contains("none/a.mp4", error.Message);
    }

    [Fact]
    public void An_odd_size_is_refused() => Assert.Throws<ArgumentException>(() => new VideoWriter("a.mp4", 63, 48, 10));

    private static (List<int> Good, List<(int Index, string Reason, string Message)> Faults) ReadAll(string path)
    {
        var (good, faults) = (new List<int>(), new List<(int, string, string)>());
        using var reader = new VideoReader(VideoInfo.Probe(path));
        while (reader.MoveNext())
        {
            if (reader.FaultReason is null && reader.TakePixels() is not null) good.Add(reader.Index);
            else faults.Add((reader.Index, reader.FaultReason!, reader.FaultMessage!));
        }
        return (good, faults);
    }

    private static double MeanError(byte[] a, byte[] b)
    {
        Assert.Equal(a.Length, b.Length);
        return a.Zip(b, (x, y) => Math.Abs(x - y)).Average();
    }
}
