using FlashDrive.Service.Cli;
using FlashDrive.Service.Tests.Cli;

namespace FlashDrive.Service.Tests.Drive;

/// <summary>Bad input ends before anything is computed, with one line and the documented exit code.</summary>
public class DriveCommandTests : IClassFixture<SmallClip>, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SmallClip _clip;

    public DriveCommandTests(SmallClip clip)
    {
        _clip = clip;
        _folder.File("model/config.json", "{}");
    }

    private string Model => Path.Combine(_folder.Path, "model");

    [Fact]
    public void A_folder_without_a_checkpoint_is_named() =>
        AssertEnds(ExitCode.MissingInput, $"no checkpoint in '{_folder.Path}'", "drive", "--model", _folder.Path);

    [Fact]
    public void A_missing_tokenizer_folder_is_named() =>
        AssertEnds(ExitCode.MissingInput, "no tokenizer folder '/nowhere'", "drive", "--model", Model, "--tokenizer", "/nowhere");

    [Fact]
    public void A_missing_clip_is_named() => AssertEnds(ExitCode.MissingInput, "'/nowhere' does not exist", "drive", "/nowhere", "--model", Model);

    [Fact]
    public void A_video_without_ego_motion_asks_for_it()
    {
        AssertEnds(ExitCode.BadData, "--ego constant:25", "drive", Path.Combine(_clip.Path, "camera_front_wide_120fov.mp4"), "--model", Model);
    }

    [Fact]
    public void A_speed_that_is_no_number_is_refused() => AssertEnds(ExitCode.BadData, "'fast' is not a speed", "drive", "--model", Model, "--ego", "constant:fast");

    [Fact]
    public void A_pipeline_file_that_is_not_there_or_cannot_be_is_named()
    {
        AssertEnds(ExitCode.MissingInput, "no pipeline file '/nowhere'", "drive", "--model", Model, "--pipeline", "/nowhere");
        var file = _folder.File("pipeline.json", """{ "sessions": 99 }""");
        AssertEnds(ExitCode.Configuration, "sessions = 99: must be a whole number from 1 to 16", "drive", "--model", Model, "--pipeline", file);
    }

    [Fact]
    public void A_camera_file_that_is_gone_is_named()
    {
        var clip = CopyOfClip();
        File.Delete(Path.Combine(clip, "camera_cross_left_120fov.mp4"));
        AssertEnds(ExitCode.MissingInput, "camera_cross_left_120fov.mp4", "drive", clip, "--model", Model);
    }

    [Fact]
    public void A_video_that_is_none_is_named()
    {
        var clip = CopyOfClip();
        File.WriteAllText(Path.Combine(clip, "camera_front_wide_120fov.mp4"), "this is no video");
        AssertEnds(ExitCode.BadData, "camera_front_wide_120fov.mp4", "drive", clip, "--model", Model);
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_read_is_named() =>
        AssertEnds(ExitCode.BadData, Path.Combine(Model, "config.json"), "drive", _clip.Path, "--model", Model);

    [Fact]
    public void A_clip_is_made_whole_and_only_over_a_clip()
    {
        var clip = CopyOfClip();
        SmallClip.Make(clip);
        Assert.Equal(5, Directory.EnumerateFiles(clip).Count());
        Assert.Equal(["copy", "model"], Directory.EnumerateDirectories(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        AssertEnds(ExitCode.Usage, "is no clip, so it is not replaced", "clip", "make", Model);
        Assert.True(File.Exists(Path.Combine(Model, "config.json")));
    }

    public void Dispose() => _folder.Dispose();

    private string CopyOfClip()
    {
        var copy = Directory.CreateDirectory(Path.Combine(_folder.Path, "copy")).FullName;
        foreach (var file in Directory.EnumerateFiles(_clip.Path)) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        return copy;
    }

    private static void AssertEnds(ExitCode code, string words, params string[] arguments)
    {
        var (ended, _, error) = CommandLineTests.Run(arguments);
        var line = Assert.Single(CommandLineTests.Lines(error));
        Assert.Equal(code, (ExitCode)ended);
        Assert.StartsWith("flashdrive: ", line, StringComparison.Ordinal);
        Assert.Contains(words, line, StringComparison.Ordinal);
    }
}
