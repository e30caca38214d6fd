using System.Text.Json;
using FlashDrive.Service.Cli;

namespace FlashDrive.Service.Tests.Bench;

public class BenchAblationTests
{
    [Fact]
    public void A_small_table_drives_every_row_over_the_same_windows_and_leaves_its_files()
    {
        using var folder = new TemporaryFolder();
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = CommandLine.Run(["bench", "ablation", "--windows", "2", "--samples", "1", "--out", folder.Path], output, error);
        // Two windows beside other tests prove no speed: the code only tells whether bars were reached.
        Assert.True(code is (int)ExitCode.Ok or (int)ExitCode.Exceeded, error.ToString());
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder.Path, "ablation.json")));
        var rows = json.RootElement.GetProperty("rows").EnumerateArray().ToDictionary(row => row.GetProperty("name").GetString()!);
        Assert.Equal(["baseline", "system", "system + streaming", "system + speculation", "system + adaptive", "all"], rows.Keys);
        Assert.All(rows.Values, row => Assert.True(row.GetProperty("stages").GetProperty("total").GetProperty("p50_ms").GetDouble() > 0));
        // Sixteen images against four, ten evaluations against four.
        Assert.True(Predicted(rows["system + streaming"], "encode") / Predicted(rows["system"], "encode") is > 3.999 and < 4.001);
        Assert.True(Predicted(rows["system + adaptive"], "action") / Predicted(rows["system"], "action") is > 2.499 and < 2.501);
        // Own kernels and drafts change no token, so the errors are those of the same plans.
        Assert.Equal(rows["baseline"].GetProperty("tokens_per_forward").GetDouble(), rows["system"].GetProperty("tokens_per_forward").GetDouble());
        Assert.True(File.Exists(Path.Combine(folder.Path, "ablation.svg")) && File.Exists(Path.Combine(folder.Path, "ablation.txt")));
    }

    private static double Predicted(JsonElement row, string stage) => row.GetProperty("stages").GetProperty(stage).GetProperty("predicted").GetDouble();
}
