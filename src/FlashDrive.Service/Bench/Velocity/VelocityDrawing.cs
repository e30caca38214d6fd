using FlashDrive.Service.Reporting;

namespace FlashDrive.Service.Bench.Velocity;

/// <summary>The velocity profile as SVG: relative change and cosine between steps, and which steps the proposal evaluates.</summary>
internal static class VelocityDrawing
{
    private const int Width = 720, Height = 420;
    private const double Left = 64, Right = 660, Top = 76, Bottom = 330;
    private const string Change = "#c2410c", Cosine = "#2563eb", Evaluated = "#15803d";

    public static string Of(VelocityReport report, string model)
    {
        var svg = new SvgChart(Width, Height);
        var (profile, steps) = (report.Profile, report.Best.Steps);
        var most = Math.Max(0.05, profile.Change.Max() * 1.1);
        double X(double step) => Left + (Right - Left) * step / (steps - 1);
        double Y(double share) => Bottom - (Bottom - Top) * share;
        svg.Text(Left, 28, $"How the flow's velocity changes from step to step: {model}", 16, bold: true);
        svg.Text(Left, 50, FormattableString.Invariant($"mean of {report.Request.Windows} held-out windows, {steps} Euler steps"), colour: SvgChart.Faint);
        for (var i = 0; i <= 4; i++)
        {
            svg.Line(Left, Y(i / 4.0), Right, Y(i / 4.0));
            svg.Text(Left - 8, Y(i / 4.0) + 4, FormattableString.Invariant($"{100 * most * i / 4:F0} %"), 11, Change, "end");
            svg.Text(Right + 8, Y(i / 4.0) + 4, FormattableString.Invariant($"{CosineAt(i / 4.0, profile.Cosine.Min()):F3}"), 11, Cosine);
        }
        var least = profile.Cosine.Min();
        Curve(svg, profile.Change.Select((v, i) => (X(i + 0.5), Y(v / most))), Change);
        Curve(svg, profile.Cosine.Select((v, i) => (X(i + 0.5), Y(least >= 1 ? 1 : (v - least) / (1 - least)))), Cosine);
        for (var step = 0; step < steps; step++)
        {
            var fresh = !report.Best.IsReused(step);
            svg.Dot(X(step), Bottom + 20, fresh ? 6 : 3, fresh ? Evaluated : SvgChart.Grid);
            svg.Text(X(step), Bottom + 44, step.ToString(System.Globalization.CultureInfo.InvariantCulture), 11, anchor: "middle");
        }
        svg.Text(Left, Height - 22, "‖v₍ᵢ₊₁₎ − vᵢ‖ / ‖vᵢ‖ (left axis)", colour: Change);
        svg.Text(Left + 230, Height - 22, "cosine (right axis)", colour: Cosine);
        svg.Text(Left + 380, Height - 22, "● evaluated by the proposal", colour: Evaluated);
        return svg.ToString();
    }

    private static double CosineAt(double share, double least) => least + share * (1 - least);

    private static void Curve(SvgChart svg, IEnumerable<(double X, double Y)> points, string colour)
    {
        var list = points.ToList();
        svg.Path(list, colour);
        foreach (var (x, y) in list) svg.Dot(x, y, 3, colour);
    }
}
