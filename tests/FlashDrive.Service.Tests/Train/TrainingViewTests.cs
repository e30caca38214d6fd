using FlashDrive.Service.Train;
using FlashDrive.Training.Exam;
using FlashDrive.Training.Target;
using Microsoft.Extensions.Time.Testing;

namespace FlashDrive.Service.Tests.Train;

public class TrainingViewTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly StringWriter _out = new();

    [Fact]
    public void On_paper_there_is_a_line_every_half_minute_with_the_mean_losses()
    {
        var view = new TrainingView(_out, _time, terminal: false);
        view.Report(Step(1, thought: 4));
        for (var step = 2; step <= 4; step++)
        {
            _time.Advance(TimeSpan.FromSeconds(10));
            view.Report(Step(step, thought: step));
        }
        Assert.Equal(
            ["joint 1/10, thought 4.000, flow 0.500, classes 0.250, 7.5 samples/s, 1:02:03 left", "joint 4/10, thought 3.000, flow 0.500, classes 0.250, 7.5 samples/s, 1:02:03 left"],
            _out.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void On_a_terminal_the_bar_stays_in_place_until_the_end()
    {
        var view = new TrainingView(_out, _time, terminal: true);
        view.Report(Step(5, thought: 1));
        view.Report(Step(10, thought: 1));
        var parts = _out.ToString().Split('\r', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, parts.Length);
        Assert.StartsWith("[============            ] joint 5/10", parts[0], StringComparison.Ordinal);
        Assert.StartsWith("[========================] joint 10/10", parts[1], StringComparison.Ordinal);
        Assert.EndsWith("\n", parts[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_look_at_held_out_windows_is_told_at_once()
    {
        var view = new TrainingView(_out, _time, terminal: false);
        view.Report(Step(1, thought: 1));
        view.Report(Step(2, thought: 1) with { Check = new HeldOutCheck(66, 0.5, 0.6, 0.7, 0.8, 0.1) });
        Assert.Contains("held out (66): cause 0.50", _out.ToString(), StringComparison.Ordinal);
    }

    private static TrainingProgress Step(long step, double thought) =>
        new(step, 10, "joint", thought, 0.5, 0.25, 1, 1e-3, 7.5, new TimeSpan(1, 2, 3), false, null);
}
