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

    [Fact]
    public void The_pipeline_plans_what_the_sequential_drive_plans()
    {
        using var folder = new TemporaryFolder();
        var pipelined = Drive(folder, "pipelined", "--seed", "3");
        var sequential = Drive(folder, "sequential", "--seed", "3", "--sequential");
        Assert.Equal(sequential.Select(Lasting), pipelined.Select(Lasting));
    }

    [Fact]
    public void Streams_are_driven_beside_each_other_and_each_as_it_would_be_alone()
    {
        using var folder = new TemporaryFolder();
        var both = Drive(folder, "both", "20 frames: 14 planned, 6 dropped (warming)", ["--seed", "3", "--streams", "2"]);
        var second = Drive(folder, "second", "--seed", "4");
        Assert.Equal(both.Where(plan => (string?)plan["stream"] == "s1").Select(plan => plan["tokens"]!.ToJsonString()), second.Select(plan => plan["tokens"]!.ToJsonString()));
        foreach (var stream in new[] { "s0", "s1" })
            Assert.Equal(Enumerable.Range(0, 10).Select(frame => (long)frame), both.Where(plan => (string?)plan["stream"] == stream).Select(plan => (long)plan["frame_id"]!));
    }

    /// <summary>A line without what depends on time.</summary>
    private static string Lasting(JsonObject plan)
    {
        var copy = (JsonObject)plan.DeepClone();
        foreach (var timing in new[] { "publish_us", "stage_seconds", "latency_seconds", "queue_seconds", "age_seconds" }) copy.Remove(timing);
        return copy.ToJsonString();
    }

    private List<JsonObject> Drive(TemporaryFolder folder, string name, params string[] options) =>
        Drive(folder, name, "10 frames: 7 planned, 3 dropped (warming)", options);

    private List<JsonObject> Drive(TemporaryFolder folder, string name, string accounts, string[] options)
    {
        var target = Path.Combine(folder.Path, name);
        var (code, output, error) = CommandLineTests.Run(["drive", clip.Path, "--model", Model, "--threads", "1", "--budget", "6", "--out", target, .. options]);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains(accounts, output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(target, "plan.svg")));
        return [.. File.ReadLines(Path.Combine(target, "plans.jsonl")).Select(line => JsonNode.Parse(line)!.AsObject())];
    }
}
