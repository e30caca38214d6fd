using System.Text.Json.Nodes;
using FlashDrive.Service.Cli;
using FlashDrive.Service.Tests.Cli;

namespace FlashDrive.Service.Tests.Drive;

/// <summary>A drive is repeated from its admission log, over the clip it was driven on.</summary>
public class ReplayTests(SmallClip clip) : IClassFixture<SmallClip>, IDisposable
{
    private static readonly string Model = Path.Combine(Launcher.LauncherCheckout.RepositoryRoot(), "tests", "fixtures", "golden", "tiny");

    private readonly TemporaryFolder _folder = new();

    private string Out => Path.Combine(_folder.Path, "out");

    [Fact]
    public void A_replay_brings_every_recorded_plan_again_and_says_when_one_differs()
    {
        Record();
        var (code, output, error) = CommandLineTests.Run("drive", "--replay", Out);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("replay: 14 recorded plans came again with the same tokens and trajectories, bit for bit", output, StringComparison.Ordinal);

        (code, output, error) = CommandLineTests.Run("drive", "--replay", Out, "--sequential");
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("replay: 14 recorded plans came again", output, StringComparison.Ordinal);

        Change(entry => (long?)entry["frame"] == 5 && (string?)entry["stream"] == "s1", "tokens", "0123456789abcdef");
        (code, output, _) = CommandLineTests.Run("drive", "--replay", Out);
        Assert.Equal((int)ExitCode.Exceeded, code);
        Assert.Contains("replay: 1 of 14 recorded plans differ; frame 5 of s1 has other tokens", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_replay_over_changed_images_is_refused_by_the_frame()
    {
        Record();
        Change(entry => (long?)entry["frame"] == 2 && (string?)entry["stream"] == "s0", "images", "0123456789abcdef");
        var (code, _, error) = CommandLineTests.Run("drive", "--replay", Out);
        Assert.Equal((int)ExitCode.BadData, code);
        Assert.Matches("^flashdrive: frame 2 of s0 is not the one that '.*admission.jsonl' recorded: its images have digest [0-9a-f]{16} and had 0123456789abcdef; ", Assert.Single(CommandLineTests.Lines(error)));
    }

    [Fact]
    public void A_folder_without_a_log_is_named()
    {
        var (code, _, error) = CommandLineTests.Run("drive", "--replay", _folder.Path);
        Assert.Equal((int)ExitCode.MissingInput, code);
        Assert.Equal($"flashdrive: no admission.jsonl in '{_folder.Path}': name the folder that a pipelined drive wrote with --out", Assert.Single(CommandLineTests.Lines(error)));
    }

    public void Dispose() => _folder.Dispose();

    private void Record()
    {
        var (code, _, error) = CommandLineTests.Run("drive", clip.Path, "--model", Model, "--budget", "6", "--seed", "3", "--streams", "2", "--out", Out);
        Assert.Equal((0, ""), (code, error));
    }

    private void Change(Func<JsonObject, bool> which, string field, string value)
    {
        var path = Path.Combine(Out, "admission.jsonl");
        var lines = File.ReadAllLines(path).Select(line => JsonNode.Parse(line)!.AsObject()).ToList();
        lines.Single(which)[field] = value;
        File.WriteAllLines(path, lines.Select(line => line.ToJsonString()));
    }
}
