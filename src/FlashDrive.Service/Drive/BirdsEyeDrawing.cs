using System.Globalization;
using System.Text;
using FlashDrive.Driving;

namespace FlashDrive.Service.Drive;

/// <summary>The planned paths, the truth and the driven path from above as SVG: forward is up, left is left, a line every ten metres.</summary>
internal sealed class BirdsEyeDrawing(int size)
{
    private const double MetresBehind = 12, GridMetres = 10;
    private const double EgoLength = 4.8, EgoWidth = 1.9;

    private double _scale = 1, _zeroX, _zeroY;

    public void Append(StringBuilder svg, PlanRecord record, EgoHistory history)
    {
        var ahead = BirdsEyePlot.ViewLength(record.Truth is { } truth ? [.. record.Trajectories, truth] : record.Trajectories);
        _scale = size / (ahead + MetresBehind);
        _zeroX = size / 2.0;
        _zeroY = size - MetresBehind * _scale;

        svg.Append("<rect width=\"100%\" height=\"100%\" fill=\"#1e2329\"/>\n");
        AppendGrid(svg, ahead);
        AppendLine(svg, "#8a939c", 3, "", Positions(history.AsSpan()));
        if (record.Truth is { } driven) AppendLine(svg, "#e8e8e8", 2, "6 5", [Vec3.Zero, .. Positions(driven.Poses)]);
        for (var i = record.Trajectories.Count - 1; i >= 0; i--)
            AppendLine(svg, i == 0 ? "#39d98a" : "#2a7f9e", i == 0 ? 4 : 2, "", [Vec3.Zero, .. Positions(record.Trajectories[i].Poses)]);
        svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{_zeroX - EgoWidth / 2 * _scale:F1}\" y=\"{_zeroY - EgoLength / 2 * _scale:F1}\" width=\"{EgoWidth * _scale:F1}\" height=\"{EgoLength * _scale:F1}\" rx=\"3\" fill=\"#ffb020\"/>\n");
        AppendLegend(svg, record);
    }

    private void AppendGrid(StringBuilder svg, double ahead)
    {
        for (var metres = 0.0; metres <= ahead; metres += GridMetres)
        {
            var y = _zeroY - metres * _scale;
            svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M0 {y:F1}H{size}\" stroke=\"#313942\"/><text x=\"4\" y=\"{y - 3:F1}\" font-size=\"11\" fill=\"#6b7681\">{metres:F0} m</text>\n");
        }
    }

    private void AppendLine(StringBuilder svg, string colour, int width, string dashes, IReadOnlyList<Vec3> points)
    {
        svg.Append(CultureInfo.InvariantCulture, $"<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\" stroke-linejoin=\"round\"{(dashes.Length > 0 ? $" stroke-dasharray=\"{dashes}\"" : "")} points=\"");
        foreach (var point in points) svg.Append(CultureInfo.InvariantCulture, $"{_zeroX - point.Y * _scale:F1},{_zeroY - point.X * _scale:F1} ");
        svg.Append("\"/>\n");
    }

    private void AppendLegend(StringBuilder svg, PlanRecord record)
    {
        var entries = new List<(string Colour, string Text)> { ("#39d98a", "plan, 6.4 s") };
        if (record.Trajectories.Count > 1) entries.Add(("#2a7f9e", "other samples"));
        if (record.Truth is not null) entries.Add(("#e8e8e8", "driven afterwards"));
        for (var i = 0; i < entries.Count; i++)
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{size - 8}\" y=\"{18 + 16 * i}\" font-size=\"12\" text-anchor=\"end\" fill=\"{entries[i].Colour}\">{entries[i].Text}</text>\n");
    }

    private static Vec3[] Positions(ReadOnlySpan<Pose> poses)
    {
        var positions = new Vec3[poses.Length];
        for (var i = 0; i < poses.Length; i++) positions[i] = poses[i].Position;
        return positions;
    }
}
