using System.Text.Json;
using System.Xml.Linq;
using FlashDrive.Service.Cli;

namespace FlashDrive.Service.Tests.Bench;

public class BenchVelocityTests
{
    [Fact]
    public void A_small_study_prints_its_proposal_and_leaves_drawing_and_figures()
    {
        using var folder = new TemporaryFolder();
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = CommandLine.Run(["bench", "velocity", "--windows", "1", "--evaluations", "2", "--steps", "4", "--samples", "2", "--out", folder.Path], output, error);
        Assert.Equal((0, ""), (code, error.ToString()));
        Assert.Contains("proposal: 4 steps, 2 evaluated (0 ", output.ToString(), StringComparison.Ordinal);
        Assert.Equal("svg", XDocument.Load(Path.Combine(folder.Path, "velocity.svg")).Root!.Name.LocalName);
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder.Path, "velocity.json")));
        Assert.Equal(3, json.RootElement.GetProperty("profile").GetProperty("change").GetArrayLength());
    }

    [Fact]
    public void More_evaluations_than_steps_are_a_usage_error()
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        Assert.Equal(2, CommandLine.Run(["bench", "velocity", "--steps", "4", "--evaluations", "5"], output, error));
        Assert.Contains("--evaluations 5: at most the 4 steps can be evaluated", error.ToString(), StringComparison.Ordinal);
    }
}
