using System.Text.Json.Nodes;
using FlashDrive.Service.Tests.Cli;

namespace FlashDrive.Service.Tests.Drive;

/// <summary>The whole verb on the golden random model: it says nonsense and drives nowhere, but every part of the program takes part.</summary>
public class DriveEndToEndTests(SmallClip clip) : IClassFixture<SmallClip>
{
    private static readonly string Model = Path.Combine(Launcher.LauncherCheckout.RepositoryRoot(), "tests", "fixtures", "golden", "tiny");

    [Fact]
    public void A_drive_plans_every_frame_after_the_window_is_full_and_writes_the_same_plans_again()
    {
        using var folder = new TemporaryFolder();
        var first = Drive(folder, "first", "--seed", "3");
        var second = Drive(folder, "second", "--seed", "3");
        var other = Drive(folder, "other", "--seed", "4");

        Assert.Equal(10, first.Count);
        Assert.All(first.Take(3), plan => Assert.Equal(("dropped", "warming"), ((string?)plan["outcome"], (string?)plan["reason"])));
        Assert.All(first.Skip(3), plan => Assert.Equal("planned", (string?)plan["outcome"]));
        Assert.All(first.Skip(3), plan => Assert.NotNull(plan["ade_m"]));
        Assert.Equal(first.Select(Lasting), second.Select(Lasting));
        Assert.NotEqual(first.Select(Lasting), other.Select(Lasting));
    }

    /// <summary>A line without what depends on time.</summary>
    private static string Lasting(JsonObject plan)
    {
        var copy = (JsonObject)plan.DeepClone();
        foreach (var timing in new[] { "publish_us", "stage_seconds", "latency_seconds" }) copy.Remove(timing);
        return copy.ToJsonString();
    }

    private List<JsonObject> Drive(TemporaryFolder folder, string name, params string[] options)
    {
        var target = Path.Combine(folder.Path, name);
        var (code, output, error) = CommandLineTests.Run(["drive", clip.Path, "--model", Model, "--threads", "1", "--budget", "6", "--out", target, .. options]);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("10 frames: 7 planned, 3 dropped (warming)", output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(target, "plan.svg")));
        return [.. File.ReadLines(Path.Combine(target, "plans.jsonl")).Select(line => JsonNode.Parse(line)!.AsObject())];
    }
}
