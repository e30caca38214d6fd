using System.Text.Json.Nodes;
using FlashDrive.Driving.Clips;
using FlashDrive.Driving.Motion;
using FlashDrive.Driving.Tests.Video;

namespace FlashDrive.Driving.Tests.Clips;

public class ClipLoadTests(MadeOnce made) : IClassFixture<MadeOnce>
{
    [Fact]
    public void A_whole_clip_is_read()
    {
        using var folder = new ScratchFolder();
        made.CopyVideo(folder);
        made.CopyImages(folder, "left/%05d.png");
        var clip = Clip.Load(Write(folder, json => json["cameras"]!.AsArray().Add(JsonNode.Parse(
            """{"name": "camera_cross_left_120fov", "index": 0, "file": "left/%05d.png", "start_us": 1000}"""))));
        Assert.Equal("two cameras", clip.Name);
        Assert.Equal(10, clip.FramesPerSecond);
        Assert.Equal([0, 1], clip.Cameras.Select(c => c.Index));
        Assert.Equal(["camera_cross_left_120fov", "camera_front_wide_120fov"], clip.Cameras.Select(c => c.Name));
        Assert.Equal(Enumerable.Range(0, 12).Select(i => 1000 + i * 100_000L), clip.Cameras[0].TimestampsMicroseconds);
        Assert.Equal(Enumerable.Range(0, 12).Select(i => i * 100_000L), clip.Cameras[1].TimestampsMicroseconds);
        Assert.True(clip.HasGroundTruth);
        Assert.Equal(10, clip.Ego!.HistoryAt(0)!.Speed, 6);
        Assert.Null(clip.NavigationAt(499_999));
        Assert.Equal("Turn right in 30m", clip.NavigationAt(500_000));
        Assert.Null(clip.NavigationAt(1_000_000));
    }

    [Fact]
    public void Poses_may_lie_in_a_file_beside_it_and_given_ones_take_their_place()
    {
        using var folder = new ScratchFolder();
        made.CopyVideo(folder);
        folder.Write("poses.csv", "timestamp_us,x,y,z,qw,qx,qy,qz\n0,0,0,0,1,0,0,0\n100000,2,0,0,1,0,0,0\n");
        var path = Write(folder, json => json["ego_poses"] = "poses.csv");
        Assert.Equal(100_000, Clip.Load(path).Ego!.LastMicroseconds);

        var assumed = Clip.Load(path, EgoSource.Parse("constant:7.5"));
        Assert.Equal(7.5, assumed.Ego!.HistoryAt(0)!.Speed, 9);
        Assert.False(assumed.HasGroundTruth);
    }

    [Fact]
    public void Poses_that_are_no_ground_truth_are_marked_so()
    {
        using var folder = new ScratchFolder();
        made.CopyVideo(folder);
        Assert.False(Clip.Load(Write(folder, json => json["ground_truth"] = false)).HasGroundTruth);
    }

    [Fact]
    public void The_real_highway_video_is_one_forward_camera_at_its_own_times()
    {
        var clip = Clip.Load(Fixtures.At("highway", "front.mp4"), EgoMotion.Constant(25));
        var camera = Assert.Single(clip.Cameras);
        Assert.Equal("camera_front_wide_120fov", camera.Name);
        Assert.Equal(Enumerable.Range(0, 40).Select(i => i * 40_000L), camera.TimestampsMicroseconds);
        Assert.Equal(25, clip.FramesPerSecond);
        Assert.False(clip.HasGroundTruth);
    }

    [Fact]
    public void A_bare_video_takes_the_clock_of_recorded_poses()
    {
        var clip = Clip.Load(Fixtures.At("highway", "front.mp4"), EgoSource.Parse(Fixtures.At("ego-motion")));
        Assert.Equal(clip.Ego!.FirstMicroseconds, clip.Cameras[0].TimestampsMicroseconds[0]);
        Assert.True(clip.HasGroundTruth);
    }

    /// <summary>What is set where ("cameras.0.index"), the reason, and words of the message.</summary>
    public static TheoryData<string, string?, string, string> Faults => new()
    {
        { "version", "2", ClipFault.InvalidValue, "version must be a whole number from 1 to 1, it is 2" },
        { "version", null, ClipFault.MissingField, "version is missing" },
        { "fps", "0", ClipFault.InvalidValue, "fps must be a number" },
        { "fsp", "10", ClipFault.UnknownField, "fsp is not a field" },
        { "name", "\"\"", ClipFault.InvalidValue, "name must be a text" },
        { "ground_truth", "1", ClipFault.InvalidValue, "ground_truth must be true or false" },
        { "cameras", "[]", ClipFault.InvalidValue, "at least one camera" },
        { "cameras", "{}", ClipFault.InvalidValue, "cameras must be an array" },
        { "cameras", null, ClipFault.MissingField, "cameras is missing" },
        { "cameras.0.name", "\"camera_front\"", ClipFault.UnknownCamera, "'camera_front' with index 1" },
        { "cameras.0.index", "2", ClipFault.UnknownCamera, "'camera_front_wide_120fov' has index 1" },
        { "cameras.0.index", "-1", ClipFault.InvalidValue, "cameras[0].index" },
        { "cameras.0.file", "\"none.mp4\"", ClipFault.MissingFile, "none.mp4' does not exist" },
        { "cameras.0.file", "\"none/%05d.png\"", ClipFault.MissingFile, "no image of" },
        { "cameras.0.file", "\"../a.mp4\"", ClipFault.InvalidValue, "inside the clip's folder" },
        { "cameras.0.file", "\"/etc/passwd\"", ClipFault.InvalidValue, "inside the clip's folder" },
        { "cameras.0.file", "\"clip.json\"", ClipFault.CorruptVideo, "is not a video" },
        { "cameras.0.file", null, ClipFault.MissingField, "cameras[0].file is missing" },
        { "cameras.0.fps", "10", ClipFault.UnknownField, "cameras[0].fps" },
        { "cameras.0.timestamps_us", "[0, 100000]", ClipFault.FrameCountMismatch, "2 timestamps_us and 'a.mp4' has 12 frames" },
        { "cameras.0.timestamps_us", "[]", ClipFault.InvalidValue, "at least one time" },
        { "cameras.0.timestamps_us", "[0, 0.5]", ClipFault.InvalidValue, "timestamps_us[1] must be a whole number, it is 0.5" },
        { "cameras.0.timestamps_us", "[0, 9223372036854775807]", ClipFault.InvalidValue, "timestamps_us[1] must be a time" },
        { "cameras.0.start_us", "5", ClipFault.InvalidValue, "absent where timestamps_us are given" },
        { "cameras.0.first_number", "5", ClipFault.InvalidValue, "absent for a video file" },
        { "ego_poses", "[[0,0,0,0,1,0,0,0],[100000,1,0,0,1,0,0,0],[90000,1,0,0,1,0,0,0]]", ClipFault.PosesBackwards, "pose 2 at 90000 µs follows 100000 µs" },
        { "ego_poses", "[[0,0,0,0,1,0,0,0],[500000,1,0,0,1,0,0,0]]", ClipFault.PosesTooSparse, "500 ms" },
        { "ego_poses", "\"none.csv\"", ClipFault.MissingFile, "none.csv" },
        { "ego_poses", "5", ClipFault.InvalidPoseFile, "ego_poses must be an array" },
        { "navigation", "[{\"from_us\": 5, \"text\": \"a\"}, {\"from_us\": 5, \"text\": \"b\"}]", ClipFault.InvalidValue, "navigation[1].from_us" },
        { "navigation", "7", ClipFault.InvalidValue, "navigation must be an array" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Every_fault_is_refused_with_a_reason_and_one_line_that_names_it(string where, string? value, string reason, string says)
    {
        using var folder = new ScratchFolder();
        made.CopyVideo(folder);
        var path = Write(folder, json => Set(json, where.Split('.'), value));
        var error = Assert.Throws<ClipException>(() => Clip.Load(path));
        Assert.Contains(says, error.Message);
        Assert.Equal(reason, error.Reason);
        Assert.Contains(folder.Path, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_camera_given_twice_is_refused()
    {
        using var folder = new ScratchFolder();
        made.CopyVideo(folder);
        var path = Write(folder, json => json["cameras"]!.AsArray().Add(json["cameras"]![0]!.DeepClone()));
        Assert.Equal(ClipFault.DuplicateCamera, Assert.Throws<ClipException>(() => Clip.Load(path)).Reason);
    }

    [Fact]
    public void A_field_given_twice_is_refused()
    {
        using var folder = new ScratchFolder();
        folder.Write("clip.json", """{"version": 1, "version": 1}""");
        Assert.Contains("version is given twice", Assert.Throws<ClipException>(() => Clip.Load(folder.Path)).Message);
    }

    [Theory]
    [InlineData("{", ClipFault.InvalidJson)]
    [InlineData("[]", ClipFault.InvalidValue)]
    [InlineData("", ClipFault.InvalidJson)]
    public void A_file_that_is_no_json_object_is_refused(string text, string reason)
    {
        using var folder = new ScratchFolder();
        folder.Write("clip.json", text);
        Assert.Equal(reason, Assert.Throws<ClipException>(() => Clip.Load(folder.Path)).Reason);
    }

    [Fact]
    public void A_folder_without_clip_json_and_a_path_to_nothing_are_refused()
    {
        using var folder = new ScratchFolder();
        Assert.Contains("it has no clip.json", Assert.Throws<ClipException>(() => Clip.Load(folder.Path)).Message);
        Assert.Equal(ClipFault.MissingFile, Assert.Throws<ClipException>(() => Clip.Load(folder["none"])).Reason);
    }

    [Theory]
    [InlineData("constant:")]
    [InlineData("constant:fast")]
    [InlineData("constant:NaN")]
    public void A_speed_that_is_no_number_is_refused(string text)
    {
        var error = Assert.Throws<ClipException>(() => EgoSource.Parse(text));
        Assert.Equal(ClipFault.InvalidValue, error.Reason);
        Assert.Contains("constant:25", error.Message);
    }

    private static string Write(ScratchFolder folder, Action<JsonNode> change)
    {
        var json = JsonNode.Parse("""
            {
              "version": 1, "name": "two cameras", "fps": 10,
              "cameras": [{"name": "camera_front_wide_120fov", "index": 1, "file": "a.mp4", "timestamps_us": []}],
              "ego_poses": [],
              "navigation": [{"from_us": 500000, "text": "Turn right in 30m"}, {"from_us": 1000000, "text": ""}],
              "annotations": {"anything": ["goes"]}
            }
            """)!;
        for (var i = 0; i < MadeOnce.Frames; i++) json["cameras"]![0]!["timestamps_us"]!.AsArray().Add(i * 100_000L);
        for (var i = -15; i <= 80; i++) json["ego_poses"]!.AsArray().Add(new JsonArray(i * 100_000L, i * 1.0, 0, 0, 1, 0, 0, 0));
        change(json);
        folder.Write("clip.json", json.ToJsonString());
        return folder.Path;
    }

    private static void Set(JsonNode node, ReadOnlySpan<string> where, string? value)
    {
        if (where.Length > 1)
        {
            Set(int.TryParse(where[0], out var index) ? node[index]! : node[where[0]]!, where[1..], value);
        }
        else if (value is null)
        {
            node.AsObject().Remove(where[0]);
        }
        else
        {
            node[where[0]] = JsonNode.Parse(value);
        }
    }
}
