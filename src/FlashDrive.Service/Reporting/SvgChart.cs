using System.Globalization;
using System.Text;

namespace FlashDrive.Service.Reporting;

/// <summary>An SVG picture built up from text, lines and boxes; light ground, one typeface.</summary>
internal sealed class SvgChart
{
    public const string Ink = "#1e2329", Faint = "#8a939c", Grid = "#d9dee3";

    private readonly StringBuilder _svg = new();

    public SvgChart(int width, int height) => _svg.Append(CultureInfo.InvariantCulture,
        $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" font-family=\"system-ui, sans-serif\">\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");

    /// <param name="anchor">start, middle or end.</param>
    public void Text(double x, double y, string text, int size = 12, string colour = Ink, string anchor = "start", bool bold = false) =>
        _svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x:F1}\" y=\"{y:F1}\" font-size=\"{size}\" fill=\"{colour}\" text-anchor=\"{anchor}\"{(bold ? " font-weight=\"600\"" : "")}>{Escape(text)}</text>\n");

    public void Line(double x1, double y1, double x2, double y2, string colour = Grid, double width = 1) =>
        _svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{x1:F1} {y1:F1}L{x2:F1} {y2:F1}\" stroke=\"{colour}\" stroke-width=\"{width}\"/>\n");

    public void Box(double x, double y, double width, double height, string colour, string? title = null) =>
        _svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{x:F1}\" y=\"{y:F1}\" width=\"{width:F1}\" height=\"{height:F1}\" fill=\"{colour}\">{(title is null ? "" : $"<title>{Escape(title)}</title>")}</rect>\n");

    public void Path(IEnumerable<(double X, double Y)> points, string colour, double width = 2)
    {
        _svg.Append(CultureInfo.InvariantCulture, $"<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\" stroke-linejoin=\"round\" points=\"");
        foreach (var (x, y) in points) _svg.Append(CultureInfo.InvariantCulture, $"{x:F1},{y:F1} ");
        _svg.Append("\"/>\n");
    }

    public void Dot(double x, double y, double radius, string colour) =>
        _svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{x:F1}\" cy=\"{y:F1}\" r=\"{radius:F1}\" fill=\"{colour}\"/>\n");

    public override string ToString() => _svg + "</svg>\n";

    private static string Escape(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
}
