using System.Text.Json;
using System.Xml.Linq;
using FlashDrive.Driving;
using FlashDrive.Service.Drive;

namespace FlashDrive.Service.Tests.Drive;

public class PlanOutputTests
{
    private static readonly DriveSetup Setup = new("models/nano", "clip", "max", 7, 1, 0.6, 0.98);

    [Fact]
    public void A_plan_is_one_line_of_json_with_every_field_of_the_schema()
    {
        var stream = new MemoryStream();
        PlanJson.WriteLine(Plans.Planned(3) with { Reasoning = "Slow \"now\"\nplease", Ade = 1.25, MinAde = 1 }, stream);
        var text = System.Text.Encoding.UTF8.GetString(stream.ToArray());
        Assert.Equal(text.Length - 1, text.IndexOf('\n', StringComparison.Ordinal));
        using var json = JsonDocument.Parse(text);
        var root = json.RootElement;
        Assert.Equal(
            ["frame_id", "stream", "capture_us", "publish_us", "outcome", "reason", "detail", "mode", "patched", "reasoning", "tokens", "token_sources", "trajectories", "stage_seconds", "latency_seconds", "queue_seconds", "age_seconds", "ade_m", "min_ade_m"],
            root.EnumerateObject().Select(property => property.Name));
        Assert.Equal((3, 1_300_000, 1_400_000), (root.GetProperty("frame_id").GetInt64(), root.GetProperty("capture_us").GetInt64(), root.GetProperty("publish_us").GetInt64()));
        Assert.Equal("Slow \"now\"\nplease", root.GetProperty("reasoning").GetString());
        var xyz = root.GetProperty("trajectories")[0].GetProperty("xyz");
        Assert.Equal(64, xyz.GetArrayLength());
        Assert.Equal([64.0, 0.0, 0.0], xyz[63].EnumerateArray().Select(value => value.GetDouble()));
        Assert.Equal(0.03, root.GetProperty("stage_seconds").GetProperty("decode").GetDouble());
    }

    [Fact]
    public void A_frame_without_a_plan_says_why()
    {
        var stream = new MemoryStream();
        PlanJson.WriteLine(Plans.Ended(0, PlanOutcome.Dropped, "warming"), stream);
        using var json = JsonDocument.Parse(stream.ToArray());
        Assert.Equal(("dropped", "warming"), (json.RootElement.GetProperty("outcome").GetString(), json.RootElement.GetProperty("reason").GetString()));
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("ade_m").ValueKind);
    }

    [Fact]
    public void A_picture_shows_every_camera_the_sentence_and_the_paths()
    {
        var bundle = Plans.Bundle(0, 0, 1, 2, 6);
        var record = Plans.Planned(0) with { Reasoning = "Stop <here> & wait", Trajectories = [Plans.Straight(10), Plans.Straight(8)], Truth = Plans.Straight(9) };
        var svg = XDocument.Parse(PlanPicture.Draw(record, bundle.Frames, bundle.History)).Root!;
        XNamespace ns = "http://www.w3.org/2000/svg";
        var images = svg.Descendants(ns + "image").ToList();
        Assert.Equal(4, images.Count);
        Assert.All(images, image => Assert.StartsWith("data:image/jpeg;base64,/9j/", image.Attribute("href")!.Value, StringComparison.Ordinal));
        Assert.Contains(svg.Descendants(ns + "text"), text => text.Value == "Stop <here> & wait");
        Assert.Contains(svg.Descendants(ns + "text"), text => text.Value == "Front telephoto camera");
        Assert.Equal(4, svg.Descendants(ns + "polyline").Count());
    }

    [Theory]
    [InlineData("a\u0000b\u001Bc")]
    [InlineData("line\nbreak \uD800 \uFFFE")]
    public void Whatever_a_model_says_the_picture_stays_well_formed(string sentence)
    {
        var bundle = Plans.Bundle(0, 1);
        XDocument.Parse(PlanPicture.Draw(Plans.Planned(0) with { Reasoning = sentence }, bundle.Frames, bundle.History));
        Assert.DoesNotContain(PlainView.LineOf(Plans.Planned(0) with { Reasoning = sentence }), char.IsControl);
    }

    [Fact]
    public void The_output_folder_holds_plans_summary_and_pictures_and_nothing_half_written()
    {
        using var folder = new TemporaryFolder();
        using (var output = new DriveOutput(folder.Path))
        {
            for (var frame = 0; frame < 12; frame++) output.Add(Plans.Planned(frame), Plans.Bundle(frame, 1));
            output.Add(Plans.Ended(12, PlanOutcome.Failed, "decode"), Plans.Bundle(12, 1));
            Assert.False(File.Exists(Path.Combine(folder.Path, "plans.jsonl")));
            output.Complete(new(Setup, new(), TimeSpan.FromSeconds(1), false));
        }
        var files = Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder.Path, file)).Order(StringComparer.Ordinal);
        Assert.Equal(["failed/s0-000012/camera-1.png", "failed/s0-000012/failure.json", "plan.svg", "plans.jsonl", "plans/plan-000000.svg", "plans/plan-000010.svg", "summary.json"], files);
        Assert.Equal(13, File.ReadLines(Path.Combine(folder.Path, "plans.jsonl")).Count());
    }

    [Fact]
    public void A_drive_that_fails_leaves_no_plans_behind()
    {
        using var folder = new TemporaryFolder();
        using (var output = new DriveOutput(folder.Path)) output.Add(Plans.Ended(0, PlanOutcome.Dropped, "warming"), Plans.Bundle(0, 1));
        Assert.Empty(Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void The_inputs_of_the_newest_failed_frames_are_kept()
    {
        using var folder = new TemporaryFolder();
        folder.File("failed/s0-000099/failure.json", "of an earlier drive");
        using var output = new DriveOutput(folder.Path);
        for (var frame = 0; frame < 20; frame++)
            output.Add(Plans.Ended(frame, PlanOutcome.Failed, "action") with { Cause = "non_finite", Detail = "not a number" }, Plans.Bundle(frame, 1, 6));
        var kept = Directory.EnumerateDirectories(Path.Combine(folder.Path, "failed")).Select(Path.GetFileName).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(Enumerable.Range(4, 16).Select(frame => $"s0-{frame:D6}"), kept);
        var newest = Path.Combine(folder.Path, "failed", "s0-000019");
        Assert.Equal("PNG"u8.ToArray(), File.ReadAllBytes(Path.Combine(newest, "camera-6.png"))[1..4]);
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(newest, "failure.json")));
        Assert.Equal(("action", "non_finite", "not a number"), (Text("stage"), Text("reason"), Text("detail")));
        Assert.Equal(16, json.RootElement.GetProperty("history").GetArrayLength());
        string? Text(string name) => json.RootElement.GetProperty(name).GetString();
    }

    [Fact]
    public void A_plain_line_tells_the_times_the_end_point_and_the_sentence()
    {
        Assert.Equal(
            "frame 3: 100 ms (encode 10 prefill 20 decode 30 action 40), in 6.4 s at (64.0, 0.0) m: Keep the speed because the road ahead is clear.",
            PlainView.LineOf(Plans.Planned(3)));
        Assert.Equal("frame 4: failed (decode)", PlainView.LineOf(Plans.Ended(4, PlanOutcome.Failed, "decode")));
    }
}
