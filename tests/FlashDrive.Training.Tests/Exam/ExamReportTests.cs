using FlashDrive.Driving;
using FlashDrive.Training.Exam;
using FlashDrive.World;

namespace FlashDrive.Training.Tests.Exam;

public sealed class ExamReportTests
{
    private static readonly Cause[] Causes = Enum.GetValues<Cause>();

    [Fact]
    public void A_perfect_model_passes_every_bar()
    {
        var report = Report(Window);

        Assert.All(report.Bars, bar => Assert.True(bar.Passed, bar.ToString()));
        Assert.True(report.Passed);
    }

    [Fact]
    public void Wrong_causes_fail_accuracy_and_the_recall_of_their_class_only()
    {
        var report = Report(i => Window(i) is var w && w.Plain.Cause == Cause.Curve ? w with { Plain = w.Plain with { SaidCause = null } } : w);

        Assert.Equal(["recall of cause Curve"], report.Bars.Where(b => !b.Passed).Select(b => b.Name));
        Assert.Equal(20.0 / 22, report.Bars.Single(b => b.Name == "cause right").Value, 1e-12);
    }

    [Fact]
    public void Errors_are_judged_against_the_better_baseline()
    {
        var report = Report(i => Window(i) is var w ? w with { Plain = w.Plain with { Ade = 2, MinAde = 1.5, VelocityAde = 4, TurnRateAde = 100 } } : null!);

        Assert.Equal(0.5, Value(report, "ADE@6.4s with the own sentence / better constant baseline"), 1e-12);
        Assert.Equal(0.75, Value(report, "minADE of six / ADE"), 1e-12);
    }

    [Fact]
    public void A_movement_counts_along_the_direction_in_which_the_expert_moves()
    {
        var sideways = new Counterfactual(0, Cause.SteadyLead, Cause.SteadyLead, Cause.ClearRoad, new(8, 0, 0), new(4.9, 30, 0));
        var backwards = sideways with { Moved = new(-9, 0, 0) };
        var enough = sideways with { Moved = new(5.1, -3, 0) };

        Assert.Equal(4.9, sideways.MovedAlong, 1e-12);
        Assert.Equal(-9, backwards.MovedAlong, 1e-12);
        Assert.Equal(5.1, enough.MovedAlong, 1e-12);
    }

    [Fact]
    public void Where_nothing_could_be_measured_the_bar_is_not_passed()
    {
        var report = Report(i => Window(i) with { Green = null });

        var bar = report.Bars.Single(b => b.Name == "red repainted green makes the sentence name green");
        Assert.Equal(0, bar.Cases);
        Assert.False(bar.Passed);
    }

    [Fact]
    public void Jerky_actions_have_large_steps_within_each_channel()
    {
        Assert.Equal(0, WindowOutcome.MeanStep([1, 5, 1, 5, 1, 5]));
        Assert.Equal(1.5, WindowOutcome.MeanStep([0, 0, 1, 2, 0, 0]), 1e-12);
    }

    [Fact]
    public void The_report_holds_one_line_per_bar_and_the_confusion_of_both_labels()
    {
        var lines = Report(Window).Lines().ToList();

        Assert.Equal(Report(Window).Bars.Count, lines.Count(l => l.StartsWith("pass", StringComparison.Ordinal)));
        Assert.Contains(lines, l => l.StartsWith("cause: truth by row", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("manoeuvre: truth by row", StringComparison.Ordinal));
    }

    private static double Value(ExamReport report, string bar) => report.Bars.Single(b => b.Name == bar).Value;

    private static ExamReport Report(Func<int, ExamWindow> window) => new(new(0, 21, 22), [.. Enumerable.Range(0, 22).Select(window)]);

    private static ExamWindow Window(int i)
    {
        var cause = Causes[i % Causes.Length];
        var manoeuvre = (Manoeuvre)(i % 7);
        var plain = new WindowOutcome(
            (ulong)i, cause, manoeuvre, true, "", cause, manoeuvre, Ade: 1, MinAde: 0.5, FinalDisplacement: 2, VelocityAde: 5, TurnRateAde: 6,
            ActionStep: 1, TruthActionStep: 1, SentenceAgrees: true, RuleAgreesOnTruth: true, LeavesRoad: false, Collides: false, new(10, 0, 0), new(10, 0, 0));
        var grey = plain with { SaidCause = i % 11 == 0 ? cause : null, Ade = 3 };
        var lead = new Counterfactual((ulong)i, cause, cause, cause == Cause.ClearRoad ? Cause.Curve : Cause.ClearRoad, new(8, 0, 0), new(7, 0, 0));
        return new(plain, grey, lead with { After = Cause.GreenLight }, lead, lead with { After = lead.Before });
    }
}
