using FlashDrive.Inference;
using FlashDrive.Service.Reporting;

namespace FlashDrive.Service.Bench.Ablation;

/// <summary>The ablation table as SVG: a bar a row, cut into its stages.</summary>
internal static class AblationDrawing
{
    private const int Width = 860, RowHeight = 46;
    private const double Left = 190, Right = 700, Top = 84;

    private static readonly (string Stage, string Colour)[] Stages =
        [(StageNames.Encode, "#0e7490"), (StageNames.Prefill, "#2563eb"), (StageNames.Decode, "#c2410c"), (StageNames.Action, "#15803d")];

    public static string Of(AblationReport report)
    {
        var height = (int)Top + RowHeight * report.Results.Count + 60;
        var svg = new SvgChart(Width, height);
        var longest = report.Results.Max(r => Math.Max(r.P50(RowResult.Total), Stages.Sum(s => r.P50(s.Stage))));
        svg.Text(24, 28, $"One plan of {report.Model}: median of {report.Windows} windows", 16, bold: true);
        svg.Text(24, 48, report.Machine, 10, SvgChart.Faint);
        for (var i = 0; i < Stages.Length; i++)
        {
            svg.Box(Left + i * 110, 60, 12, 12, Stages[i].Colour);
            svg.Text(Left + i * 110 + 18, 71, Stages[i].Stage);
        }
        for (var i = 0; i < report.Results.Count; i++)
        {
            var (row, y, x) = (report.Results[i], Top + i * RowHeight, Left);
            svg.Text(Left - 10, y + 21, row.Row.Name, 13, anchor: "end");
            foreach (var (stage, colour) in Stages)
            {
                var width = (Right - Left) * row.P50(stage) / longest;
                svg.Box(x, y + 4, width, 26, colour, FormattableString.Invariant($"{stage} {row.P50(stage):F1} ms"));
                if (width > 30) svg.Text(x + width / 2, y + 21, FormattableString.Invariant($"{row.P50(stage):F1}"), 11, "#ffffff", "middle");
                x += width;
            }
            svg.Text(x + 8, y + 21, FormattableString.Invariant($"{row.P50(RowResult.Total):F1} ms, {AblationReport.Faster(report.Results[0], row, RowResult.Total):F2} ×"), 13, bold: true);
        }
        return svg.ToString();
    }
}
