using System.Text.RegularExpressions;
using FlashDrive.Actors.Observation;
using FlashDrive.Driving;
using FlashDrive.Service.Drive;
using FlashDrive.Service.Drive.Pipelined;
using Spectre.Console;

namespace FlashDrive.Service.Tests.Drive;

public partial class LiveViewTests
{
    private readonly StringWriter _out = new();
    private readonly DriveStatistics _statistics = new();

    [Fact]
    public void Each_plan_takes_the_place_of_the_one_before()
    {
        using var view = View();
        Show(view, Plans.Planned(0));
        var first = _out.ToString();
        Show(view, Plans.Planned(1));
        var second = _out.ToString()[first.Length..];
        var up = CursorUp().Match(second);
        Assert.True(up.Success);
        Assert.Equal(0, up.Index);
        Assert.Equal(first.Count(c => c == '\n') - HeadLines, int.Parse(up.Groups[1].Value));
        Assert.Contains("frame 2 of 30, 2 plans", second, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plan_shows_the_sentence_the_stages_and_the_path()
    {
        using var view = View();
        Show(view, Plans.Planned(0, 100));
        var text = _out.ToString();
        Assert.Contains("Keep the speed because the road ahead is clear.", text, StringComparison.Ordinal);
        Assert.Matches(@"prefill\s.*20\.0", text);
        Assert.Matches(@"end to end\s.*100\.0", text);
        Assert.Contains(text, c => c is >= '\u2801' and <= '\u28FF');
    }

    [Fact]
    public void Brackets_in_a_sentence_are_text_and_not_markup()
    {
        using var view = View();
        Show(view, Plans.Planned(0) with { Reasoning = "odd [red] [/] sentence" });
        Assert.Contains("odd [red] [/] sentence", _out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_frame_stays_above_the_picture()
    {
        using var view = View();
        Show(view, Plans.Planned(0));
        view.Show(new RefusedFrame(1, 5, FrameRefusal.CorruptImage, "frame 5 of camera 1 cannot be decoded"));
        var before = _out.ToString().Length;
        Show(view, Plans.Planned(1));
        Assert.DoesNotMatch(CursorUp(), _out.ToString()[before..]);
        Assert.Contains("refused (corrupt_image): frame 5 of camera 1 cannot be decoded", _out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_end_is_the_summary()
    {
        using var view = View();
        view.End(new(new("m", "c", "max", 1, 1, 0.6, 0.98), _statistics, TimeSpan.FromSeconds(1), true));
        Assert.Contains("0 frames: 0 planned", _out.ToString(), StringComparison.Ordinal);
        Assert.Contains("interrupted before the end of the clip", _out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_pipelined_drive_shows_what_ran_when_the_accounts_and_the_credits_and_draws_only_when_asked()
    {
        using var view = View(pipelined: true);
        var head = _out.ToString().Length;
        Show(view, Plans.Planned(0));
        Assert.Equal(head, _out.ToString().Length);
        view.Refresh(Snapshot());
        var text = _out.ToString()[head..];
        Assert.Contains("Keep the speed because the road ahead is clear.", text, StringComparison.Ordinal);
        Assert.Matches(@"encode   +4{5,}", text);
        Assert.Matches(@"action   +3{5,}", text);
        Assert.Contains("frames: 1 planned, 0 in flight", text, StringComparison.Ordinal);
        Assert.Contains("credits in use: session 1/2", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_picture_never_outgrows_the_terminal()
    {
        using var view = View(pipelined: true, height: 10);
        Show(view, Plans.Planned(0));
        view.Refresh(Snapshot());
        var before = _out.ToString().Length;
        view.Refresh(Snapshot());
        Assert.Equal("9", CursorUp().Match(_out.ToString()[before..]).Groups[1].Value);
    }

    private DriveSnapshot Snapshot() => new(
        TimeSpan.FromSeconds(10), Plans.Planned(0), _statistics, [],
        [new(0, 4, "encode", TimeSpan.FromSeconds(9.5), TimeSpan.FromSeconds(9.8)), new(0, 3, "action", TimeSpan.FromSeconds(9.4), TimeSpan.FromSeconds(9.9))],
        [new("session", 1, 2)], EngineHealth.Healthy);

    private const int HeadLines = 2;

    private LiveView View(bool pipelined = false, int height = 40)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.Yes,
            Out = new AnsiConsoleOutput(_out),
        });
        console.Profile.Width = 120;
        console.Profile.Height = height;
        console.Profile.Capabilities.Unicode = true;
        var view = new LiveView(console);
        view.Begin(new("models/nano", "clips/demo", "max", 1, 1, 0.6, 0.98) { Frames = 30, Cameras = ["Front camera"], IsPipelined = pipelined });
        return view;
    }

    private void Show(LiveView view, PlanRecord record)
    {
        _statistics.Add(record);
        view.Show(record, _statistics);
    }

    [GeneratedRegex("\u001b\\[(\\d+)A")]
    private static partial Regex CursorUp();
}
