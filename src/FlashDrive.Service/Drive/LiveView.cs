using FlashDrive.Driving;
using FlashDrive.Inference;
using FlashDrive.Service.Reporting;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace FlashDrive.Service.Drive;

/// <summary>
/// A terminal: the reasoning sentence, the path from above and the stage times, redrawn with every plan. Refused frames are
/// lines that stay above the picture.
/// </summary>
public sealed class LiveView : IDriveView
{
    private const int PlotColumns = 36, PlotRows = 12;

    private readonly IAnsiConsole _console;
    private readonly BirdsEyePlot _plot;
    private DriveSetup? _setup;
    private int _drawn;

    public LiveView(IAnsiConsole console)
    {
        _console = console;
        _plot = new(PlotColumns, PlotRows, console.Profile.Capabilities.Unicode);
        _console.Cursor.Hide();
    }

    public void Say(string line)
    {
        Erase();
        _console.WriteLine(line);
    }

    public IProgress<double> Progress(string what) => new PartDone(_console.Profile.Out.Writer, what, terminal: true);

    public void Begin(DriveSetup setup)
    {
        _setup = setup;
        _console.MarkupLineInterpolated($"[bold]flashdrive[/] {setup.Model}");
        _console.MarkupLineInterpolated($"[grey]{setup.Clip}, cameras: {string.Join(", ", setup.Cameras)}; rate {setup.Rate}, seed {setup.Seed}, samples {setup.Samples}. Ctrl-C ends it.[/]");
    }

    public void Show(PlanRecord record, DriveStatistics soFar) => Redraw(Picture(record, soFar));

    public void Show(RefusedFrame refused)
    {
        Erase();
        _console.MarkupLineInterpolated($"[yellow]refused ({refused.Reason}):[/] {refused.Message}");
    }

    public void End(DriveSummary summary)
    {
        _console.WriteLine();
        var text = new StringWriter();
        summary.WriteText(text);
        _console.Write(new Text(text.ToString()));
    }

    public void Dispose() => _console.Cursor.Show();

    private IRenderable Picture(PlanRecord record, DriveStatistics soFar)
    {
        var sentence = record.Trajectories.Count > 0
            ? new Markup($"[bold green]{Markup.Escape(Printable.Of(record.Reasoning))}[/]")
            : new Markup($"[yellow]no plan: {Markup.Escape(record.Detail ?? record.Reason ?? "")}[/]");
        var lines = _plot.Draw(record.Trajectories);
        var plot = new Panel(new Text(string.Join('\n', lines), new Style(Color.Green))).Header("from above").BorderColor(Color.Grey);
        var right = new Rows(sentence, Text.Empty, Stages(record, soFar), Text.Empty, new Text(Progress(record, soFar)));
        return new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn().AddRow(plot, right);
    }

    private static Table Stages(PlanRecord record, DriveStatistics soFar)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("ms").AddColumn(new TableColumn("last").RightAligned()).AddColumn(new TableColumn("p50").RightAligned());
        for (var stage = 0; stage < StageNames.All.Count; stage++) table.AddRow(StageNames.All[stage], Ms(record.Stages.Of(stage)), Ms(soFar.Stage(stage)?.P50));
        table.AddRow("end to end", Ms(record.Latency), Ms(soFar.EndToEnd?.P50));
        return table;
    }

    private string Progress(PlanRecord record, DriveStatistics soFar)
    {
        var of = _setup?.Frames is { } frames ? $" of {frames}" : "";
        var error = soFar.Ade is { } ade ? FormattableString.Invariant($", ADE@6.4s {ade:F2} m so far") : "";
        return $"frame {record.FrameId + 1}{of}, {soFar.Planned} plans{error}";
    }

    private static string Ms(TimeSpan? time) => time is { } t ? FormattableString.Invariant($"{t.TotalMilliseconds:F1}") : "-";

    private void Redraw(IRenderable picture)
    {
        Erase();
        var options = RenderOptions.Create(_console, _console.Profile.Capabilities);
        var segments = picture.Render(options, Math.Max(_console.Profile.Width - 1, 40));
        _drawn = Segment.SplitLines(segments).Count;
        _console.Write(picture);
    }

    private void Erase()
    {
        if (_drawn > 0) _console.Write(new ControlCode($"\u001b[{_drawn}A\u001b[0J"));
        _drawn = 0;
    }
}
