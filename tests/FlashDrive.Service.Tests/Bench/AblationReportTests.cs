using System.Text.Json;
using System.Xml.Linq;
using FlashDrive.Inference;
using FlashDrive.Inference.Flow;
using FlashDrive.Inference.Speculation;
using FlashDrive.Model.Configuration;
using FlashDrive.Model.Tokenization;
using FlashDrive.Service.Bench.Ablation;
using FlashDrive.Service.Tests.Launcher;

namespace FlashDrive.Service.Tests.Bench;

/// <summary>Made-up times whose ratios are known.</summary>
public class AblationReportTests
{
    private static readonly ModelConfiguration Nano = ModelConfiguration.Load(Path.Combine(LauncherCheckout.RepositoryRoot(), "models", "nano"));
    private static readonly StageWork Work = new(Nano, 1708, new ImageGrid(1, 6, 10));
    private static readonly FrameCounts Whole = new(400, 400, 400 * 401 / 2, 20, 0, 0, 20, 10);
    private static readonly FrameCounts Streamed = Whole with { Rows = 100, VisibleKeys = 30_000 };

    [Fact]
    public void A_measured_ratio_is_that_of_the_medians_and_a_prediction_that_of_the_work()
    {
        var report = Report();
        Assert.Equal(4, AblationReport.Faster(Row(report, "baseline"), Row(report, "all"), RowResult.Total), 12);
        // The system row is twice as fast as the baseline; on top of it a quarter of the images ...
        Assert.Equal(2 * 4, report.Predicted(Row(report, "all"), StageNames.Encode), 12);
        // ... rounds of 5 tokens at the price of 2 plain ones ...
        Assert.Equal(2 * 5 / 2.0, report.Predicted(Row(report, "all"), StageNames.Decode), 12);
        // ... and 4 evaluations in the place of 10.
        Assert.Equal(2 * 2.5, report.Predicted(Row(report, "all"), StageNames.Action), 12);
        Assert.Equal(2 * Work.Prefill(Whole) / Work.Prefill(Streamed), report.Predicted(Row(report, "all"), StageNames.Prefill), 12);
        Assert.Equal(1, report.Predicted(Row(report, "baseline"), RowResult.Total));
        Assert.Equal(2, report.Predicted(Row(report, "system"), RowResult.Total), 12);
    }

    [Fact]
    public void Bars_pass_and_fail_by_their_numbers()
    {
        Assert.True(Report().Passed);
        var slow = Report(all: 30);
        Assert.Equal(["all over baseline, total p50", "all over system, total p50"], slow.Bars.Where(bar => !bar.Passed).Select(bar => bar.Name).Take(2));
        var wrong = Report(ade: 1.2);
        Assert.Equal(["ADE of all / baseline"], wrong.Bars.Where(bar => !bar.Passed).Select(bar => bar.Name));
    }

    [Fact]
    public void The_table_names_every_row_and_the_machine_and_is_written_as_text_figures_and_drawing()
    {
        var report = Report();
        var lines = report.Lines().ToList();
        foreach (var row in AblationRow.Table) Assert.Equal(row.Name == "baseline" ? 2 : 3, lines.Count(line => line.StartsWith(row.Name.PadRight(22), StringComparison.Ordinal)));
        Assert.Contains(lines, line => line.Contains("1 LibTorch thread(s)", StringComparison.Ordinal) && line.Contains("peak 100 GFLOP/s, 20.0 GB/s", StringComparison.Ordinal));
        using var json = JsonDocument.Parse(report.ToJson());
        Assert.Equal(4, json.RootElement.GetProperty("rows")[5].GetProperty("stages").GetProperty("total").GetProperty("faster_than_baseline").GetDouble(), 12);
        Assert.Equal(6, XDocument.Parse(AblationDrawing.Of(report)).Descendants().Count(e => e.Name.LocalName == "text" && e.Value.EndsWith('×')));
    }

    [Fact]
    public void Percentiles_are_values_that_were_measured()
    {
        var row = new RowResult(AblationRow.Table[0]);
        for (var i = 1; i <= 200; i++) row.Measurements.Add(Measurement(i, Whole, 16, 1));
        Assert.Equal((100, 198), (row.P50(RowResult.Total), row.Milliseconds(RowResult.Total, 0.99)));
    }

    private static RowResult Row(AblationReport report, string name) => report.Results.Single(r => r.Row.Name == name);

    /// <summary>Baseline 80 ms, all other rows 40, but for the last one.</summary>
    private static AblationReport Report(double all = 20, double ade = 1)
    {
        var results = AblationRow.Table.Select(row =>
        {
            var result = new RowResult(row);
            var total = row.Name switch { "baseline" => 80, "all" => all, _ => 40 };
            var counts = row.Name == "all" ? Streamed with { Forwards = 4, Evaluations = 4 } : Whole;
            for (var i = 0; i < 3; i++) result.Measurements.Add(Measurement(total, counts, row.Streams ? 4 : 16, row.Name == "all" ? ade : 1));
            result.MinAdes.Add(0.5);
            return result;
        }).ToList();
        var engine = EngineOptions.Default with { Drafting = new DraftingOptions { CostRatio = 2 } };
        return new("nano", new(3, 3, 6, 1, engine, new FlowOptions()), results, Work, new(100e9, 20e9));
    }

    private static Measurement Measurement(double total, FrameCounts counts, int images, double ade)
    {
        var stage = TimeSpan.FromMilliseconds(total / 4);
        return new(stage, stage, stage, stage, TimeSpan.FromMilliseconds(total), counts, images, ade);
    }
}
