using System.Text.Json.Nodes;
using FlashDrive.Driving;
using FlashDrive.Service.Drive;
using FlashDrive.Service.Tests.Cli;

namespace FlashDrive.Service.Tests.Drive;

public class JsonLogTests(SmallClip clip) : IClassFixture<SmallClip>
{
    private static readonly string Model = Path.Combine(Launcher.LauncherCheckout.RepositoryRoot(), "tests", "fixtures", "golden", "tiny");

    [Fact]
    public void Every_line_of_a_drive_is_an_object_and_the_accounts_of_its_summary_add_up()
    {
        var (code, output, error) = CommandLineTests.Run("drive", clip.Path, "--model", Model, "--budget", "6", "--log", "json");
        Assert.Equal((0, ""), (code, error));
        var lines = CommandLineTests.Lines(output).Select(line => JsonNode.Parse(line)!.AsObject()).ToList();
        Assert.Equal(["begin", .. Enumerable.Repeat("end", 3), .. Enumerable.Repeat("plan", 7), "summary"], lines.Select(line => (string?)line["event"]));
        Assert.Equal(64, lines[^2]["trajectories"]![0]!["xyz"]!.AsArray().Count);

        var frames = lines[^1]["frames"]!.AsObject();
        int Sum(string outcome) => frames[outcome]!.AsObject().Sum(reason => (int)reason.Value!);
        Assert.Equal((int)frames["total"]!, (int)frames["planned"]! + (int)frames["late"]! + Sum("dropped") + Sum("refused") + Sum("failed"));
        Assert.Equal(10, (int)frames["total"]!);
        Assert.NotNull(lines[^1]["latency_seconds"]!["queue_wait"]!["p99"]);
    }

    [Fact]
    public void Refused_camera_frames_fallbacks_and_notes_are_lines_of_their_own()
    {
        var output = new StringWriter();
        using (var view = new JsonView(output))
        {
            view.Say("a \"note\"");
            view.Show(new RefusedFrame(1, 5, FrameRefusal.CorruptImage, "frame 5 cannot be decoded"));
            view.Show(Plans.Planned(3) with { Outcome = PlanOutcome.Fallback }, new());
        }
        Assert.Equal(
            ["""{"event":"note","text":"a \"note\""}""", """{"event":"refused","camera":1,"capture_us":5,"reason":"corrupt_image","detail":"frame 5 cannot be decoded"}"""],
            CommandLineTests.Lines(output.ToString())[..2]);
        Assert.StartsWith("""{"event":"fallback","frame_id":3,"stream":"s0",""", CommandLineTests.Lines(output.ToString())[2], StringComparison.Ordinal);
    }
}
