using FlashDrive.Driving.Motion;

namespace FlashDrive.Driving.Tests.Motion;

public class PoseFileTests
{
    private const string Header = "timestamp_us,x,y,z,qw,qx,qy,qz\n";

    [Fact]
    public void A_csv_file_is_read()
    {
        using var folder = new ScratchFolder();
        var motion = PoseFile.Read(folder.Write("poses.csv", Header + "0,0,0,0,1,0,0,0\n100000,2.5,0,0,1,0,0,0\n\n"));
        Assert.Equal(1.25, motion.At(50_000).Position.X, 12);
        Assert.Equal(100_000, motion.LastMicroseconds);
    }

    [Fact]
    public void A_json_file_is_read()
    {
        using var folder = new ScratchFolder();
        var motion = PoseFile.Read(folder.Write("poses.json", """{"ego_poses": [[0,0,0,0,1,0,0,0],[100000,2.5,0,0,1,0,0,0]]}"""));
        Assert.Equal(1.25, motion.At(50_000).Position.X, 12);
    }

    [Theory]
    [InlineData("poses.csv", "time,x,y,z\n", ClipFault.InvalidPoseFile, "line 1: the header must read")]
    [InlineData("poses.csv", Header + "0,0,0,0,1,0,0\n", ClipFault.InvalidPoseFile, "line 2: 8 fields are needed, it has 7")]
    [InlineData("poses.csv", Header + "0,0,0,0,1,0,0,0\n0.1,0,0,0,1,0,0,0\n", ClipFault.InvalidPoseFile, "line 3: timestamp '0.1'")]
    [InlineData("poses.csv", Header + "0,0,zero,0,1,0,0,0\n", ClipFault.InvalidPoseFile, "line 2: 'zero' is not a number")]
    [InlineData("poses.csv", Header + "100000,0,0,0,1,0,0,0\n0,0,0,0,1,0,0,0\n", ClipFault.PosesBackwards, "pose 1 at 0 µs follows 100000 µs")]
    [InlineData("poses.csv", Header + "0,0,0,0,1,0,0,0\n100000,nan,0,0,1,0,0,0\n", ClipFault.PoseNotFinite, "pose 1")]
    [InlineData("poses.csv", "", ClipFault.InvalidPoseFile, "line 1")]
    [InlineData("poses.json", "{\"ego_poses\": [[0,0,0,0,1,0,0]]}", ClipFault.InvalidPoseFile, "ego_poses[0] must be 8 numbers")]
    [InlineData("poses.json", "{\"ego_poses\": [[0.5,0,0,0,1,0,0,0]]}", ClipFault.InvalidPoseFile, "ego_poses[0]")]
    [InlineData("poses.json", "{\"ego_poses\": [[0,0,0,0,1,0,0,0],[100000,1e999,0,0,1,0,0,0]]}", ClipFault.PoseNotFinite, "pose 1")]
    [InlineData("poses.json", "{\"poses\": []}", ClipFault.MissingField, "ego_poses is missing")]
    [InlineData("poses.json", "{\"ego_poses\": [", ClipFault.InvalidJson, "line 1")]
    [InlineData("poses.txt", "0 0 0", ClipFault.InvalidPoseFile, "extension '.txt'")]
    public void A_bad_file_is_refused_with_its_name_and_place(string name, string text, string reason, string says)
    {
        using var folder = new ScratchFolder();
        var error = Assert.Throws<ClipException>(() => PoseFile.Read(folder.Write(name, text)));
        Assert.Equal(reason, error.Reason);
        Assert.Contains(name, error.Message);
        Assert.Contains(says, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("none.csv")]
    [InlineData("none.json")]
    [InlineData("none.txt")]
    [InlineData("")]
    public void A_file_that_does_not_exist_is_refused_by_name(string name)
    {
        using var folder = new ScratchFolder();
        Assert.Equal(ClipFault.MissingFile, Assert.Throws<ClipException>(() => PoseFile.Read(folder[name])).Reason);
    }

    [Fact]
    public void A_folder_whose_arrays_do_not_match_is_refused()
    {
        using var folder = new ScratchFolder();
        foreach (var file in Directory.GetFiles(Fixtures.At("ego-motion"))) File.Copy(file, folder[Path.GetFileName(file)]);
        File.Copy(folder["frame_positions.npy"], folder["frame_orientations.npy"], overwrite: true);
        var error = Assert.Throws<ClipException>(() => PoseFile.Read(folder.Path));
        Assert.Equal(ClipFault.InvalidPoseFile, error.Reason);
        Assert.Contains("has shape [1200, 3], expected [1200, 4]", error.Message);
    }
}
