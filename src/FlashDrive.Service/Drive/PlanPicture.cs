using System.Globalization;
using System.Security;
using System.Text;
using FlashDrive.Driving;
using FlashDrive.Inference;
using FlashDrive.Service.Reporting;
using StbImageWriteSharp;

namespace FlashDrive.Service.Drive;

/// <summary>One plan as an SVG page: the newest frame of every camera beside the planned paths seen from above.</summary>
public static class PlanPicture
{
    private const int CameraWidth = 360, Gap = 12, CamerasPerRow = 2, MostCameras = 8;
    private const int PlotSize = 460;
    private const int TextHeight = 96;
    private const int JpegQuality = 85;
    private const int WidestLetter = 11;

    public static string Draw(PlanRecord record, IReadOnlyList<CameraFrame> frames, EgoHistory history)
    {
        var shown = frames.Take(MostCameras).ToList();
        var tile = shown.Count == 0 ? 0 : shown.Max(frame => CameraWidth * frame.Height / frame.Width);
        var cameraRows = (shown.Count + CamerasPerRow - 1) / CamerasPerRow;
        var plotLeft = Gap + Math.Min(Math.Max(shown.Count, 1), CamerasPerRow) * (CameraWidth + Gap);
        var width = plotLeft + PlotSize + Gap;
        var height = Gap + Math.Max(cameraRows * (tile + Gap), PlotSize + Gap) + TextHeight;

        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\">\n");
        svg.Append("<rect width=\"100%\" height=\"100%\" fill=\"#15181c\"/>\n");
        for (var i = 0; i < shown.Count; i++)
            AppendCamera(svg, shown[i], Gap + i % CamerasPerRow * (CameraWidth + Gap), Gap + i / CamerasPerRow * (tile + Gap));
        svg.Append(CultureInfo.InvariantCulture, $"<svg x=\"{plotLeft}\" y=\"{Gap}\" width=\"{PlotSize}\" height=\"{PlotSize}\">\n");
        new BirdsEyeDrawing(PlotSize).Append(svg, record, history);
        svg.Append("</svg>\n");
        AppendText(svg, record, height - TextHeight + 28, width);
        svg.Append("</svg>\n");
        return svg.ToString();
    }

    private static void AppendCamera(StringBuilder svg, CameraFrame frame, int x, int y)
    {
        using var jpeg = new MemoryStream();
        new ImageWriter().WriteJpg(frame.Rgb, frame.Width, frame.Height, ColorComponents.RedGreenBlue, jpeg, JpegQuality);
        var data = Convert.ToBase64String(jpeg.GetBuffer(), 0, (int)jpeg.Length);
        var height = CameraWidth * frame.Height / frame.Width;
        svg.Append(CultureInfo.InvariantCulture, $"<image x=\"{x}\" y=\"{y}\" width=\"{CameraWidth}\" height=\"{height}\" href=\"data:image/jpeg;base64,{data}\"/>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x + 8}\" y=\"{y + 20}\" font-size=\"14\" fill=\"#fff\" stroke=\"#000\" stroke-width=\"3\" paint-order=\"stroke\">{CameraCatalog.DisplayName(frame.CameraIndex)}</text>\n");
    }

    private static void AppendText(StringBuilder svg, PlanRecord record, int y, int width)
    {
        var sentence = record.HasPlan ? Printable.Of(record.Reasoning) : $"no plan: {record.Reason}";
        // A sentence too long for the page is squeezed into its width.
        var squeeze = sentence.Length * WidestLetter > width - 2 * Gap ? $" textLength=\"{width - 2 * Gap}\" lengthAdjust=\"spacingAndGlyphs\"" : "";
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Gap}\" y=\"{y}\" font-size=\"20\" fill=\"#fff\"{squeeze}>{SecurityElement.Escape(sentence)}</text>\n");
        var stages = string.Join(", ", StageNames.All.Select((name, i) => FormattableString.Invariant($"{name} {record.Stages.Of(i).TotalMilliseconds:F0}")));
        var error = record.Ade is { } ade ? FormattableString.Invariant($", ADE@6.4s {ade:F2} m") : "";
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Gap}\" y=\"{y + 30}\" font-size=\"15\" fill=\"#9aa4ae\">frame {record.FrameId}: {record.Latency.TotalMilliseconds:F0} ms ({stages}){error}</text>\n");
    }
}
