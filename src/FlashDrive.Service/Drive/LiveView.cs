using FlashDrive.Driving;
using FlashDrive.Inference;
using FlashDrive.Service.Drive.Pipelined;
using FlashDrive.Service.Reporting;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace FlashDrive.Service.Drive;

/// <summary>
/// A terminal. A sequential drive: the reasoning sentence, the path from above and the stage times, redrawn with every plan. A
/// pipelined one: <see cref="PipelinePicture"/>, redrawn as often as the drive asks for it. Refused frames are lines that stay above
/// the picture.
/// </summary>
public sealed class LiveView : IDriveView
{
    private const int PlotColumns = 36, PlotRows = 12;

    private readonly IAnsiConsole _console;
    private readonly BirdsEyePlot _plot;
    // Terminals that know it show what lies between the two at once; others ignore them.
    private static readonly ControlCode BeginUpdate = new("\u001b[?2026h"), EndUpdate = new("\u001b[?2026l");

    private DriveSetup? _setup;
    private PipelinePicture? _picture;
    private int _drawn;

    public LiveView(IAnsiConsole console)
    {
        _console = console;
        _plot = new(PlotColumns, PlotRows, console.Profile.Capabilities.Unicode);
        _console.Cursor.Hide();
    }

    public bool IsLive => true;

    public void Say(string line)
    {
        Erase();
        _console.WriteLine(line);
    }

    public IProgress<double> Progress(string what) => new PartDone(_console.Profile.Out.Writer, what, terminal: true);

    public void Begin(DriveSetup setup)
    {
        _setup = setup;
        if (setup.IsPipelined) _picture = new(setup, _plot);
        _console.MarkupLineInterpolated($"[bold]flashdrive[/] {setup.Model}");
        _console.MarkupLineInterpolated($"[grey]{setup.Clip}, cameras: {string.Join(", ", setup.Cameras)}; rate {setup.Rate}, seed {setup.Seed}, samples {setup.Samples}. Ctrl-C ends it.[/]");
        if (setup.IsPipelined) foreach (var way in setup.Ways) _console.MarkupLineInterpolated($"[grey]{way}[/]");
    }

    public void Show(PlanRecord record, DriveStatistics soFar)
    {
        if (_picture is null) Redraw(Picture(record, soFar));
    }

    public void Refresh(DriveSnapshot snapshot)
    {
        if (_picture is null) return;
        _console.Write(BeginUpdate);
        Redraw(_picture.Draw(snapshot, Width));
        _console.Write(EndUpdate);
    }

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
            ? new Markup(ThoughtMarkup.Of(record, "green"))
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

    private int Width => Math.Max(_console.Profile.Width - 1, 40);

    private void Redraw(IRenderable picture)
    {
        Erase();
        var options = RenderOptions.Create(_console, _console.Profile.Capabilities);
        // Lines above the top of the terminal could not be erased again.
        var lines = Segment.SplitLines(picture.Render(options, Width)).Take(Math.Max(_console.Profile.Height - 1, 1)).ToList();
        while (lines.Count > 0 && lines[^1].All(segment => string.IsNullOrWhiteSpace(segment.Text))) lines.RemoveAt(lines.Count - 1);
        _drawn = lines.Count;
        _console.Write(new Lines(lines));
    }

    private void Erase()
    {
        if (_drawn > 0) _console.Write(new ControlCode($"\u001b[{_drawn}A\u001b[0J"));
        _drawn = 0;
    }

    /// <summary>What was rendered and cut already.</summary>
    private sealed class Lines(IReadOnlyList<SegmentLine> lines) : Renderable
    {
        protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => lines.SelectMany(line => line.Append(Segment.LineBreak));
    }
}
