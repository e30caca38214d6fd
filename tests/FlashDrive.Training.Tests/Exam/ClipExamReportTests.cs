using FlashDrive.Driving;
using FlashDrive.Training.Exam;

namespace FlashDrive.Training.Tests.Exam;

public sealed class ClipExamReportTests
{
    private static readonly ClipExamOptions Options = new(Clips: 8, Windows: 60, PlanEvery: 3);

    [Fact]
    public void Ratios_are_those_of_sums_and_their_intervals_hold_them()
    {
        var report = new ClipExamReport(Options, Clips((clip, _) => (1 + clip, 1.02 * (1 + clip))));

        Assert.Equal(1.02, report.Ratios["tuned_ade"].Value, 1e-12);
        Assert.Equal(1.02, report.Ratios["tuned_ade"].Low, 1e-12);
        Assert.Equal(2, report.Ratios["untuned_ade"].Value, 1e-12);
        Assert.True(report.Passed);
    }

    [Fact]
    public void A_tuned_stream_worse_than_three_percent_fails()
    {
        var report = new ClipExamReport(Options, Clips((_, _) => (1, 1.031)));

        Assert.False(report.Passed);
        Assert.Equal(["ADE of the tuned stream / whole windows"], report.Bars.Select(b => b.Name));
    }

    [Theory]
    [InlineData(1.04, true)]
    [InlineData(1.06, false)]
    [InlineData(0.94, false)]
    public void Drift_is_the_change_of_the_ratio_from_the_first_to_the_last_third_either_way(double last, bool passes)
    {
        var report = new ClipExamReport(Options with { Drift = true }, Clips((_, window) => (3, Options.ThirdOf(window) == 2 ? 3 * last : 3)));

        Assert.Equal(last - 1, report.Drifts["tuned_ade_over_whole_tuned"].Value, 1e-12);
        Assert.Equal(passes, report.Passed);
    }

    [Fact]
    public void With_drift_only_the_outer_thirds_are_planned()
    {
        var planned = Enumerable.Range(0, 60).Where((Options with { Drift = true }).IsPlanned).ToList();

        Assert.Equal([2, 5, 8, 11, 14, 17, 41, 44, 47, 50, 53, 56, 59], planned);
    }

    [Fact]
    public void Intervals_grow_with_the_differences_between_clips_and_repeat()
    {
        double Mean(IReadOnlyList<double> values) => values.Average();
        var random = new KeyedRandom(4);
        double[] narrow = [.. Enumerable.Range(0, 40).Select(i => 1 + 0.01 * random.Normal((ulong)i))];
        double[] wide = [.. narrow.Select(v => 1 + 10 * (v - 1))];

        var (a, b) = (Bootstrap.Over(narrow, Mean), Bootstrap.Over(wide, Mean));

        Assert.Equal(a, Bootstrap.Over(narrow, Mean));
        Assert.Equal(10, (b.High - b.Low) / (a.High - a.Low), 1e-6);
        // 1.96 standard errors either way.
        Assert.InRange(a.High - a.Low, 2 * 0.001, 2 * 0.005);
    }

    private static List<ClipOutcome> Clips(Func<int, int, (double Full, double Tuned)> ade) =>
        [.. Enumerable.Range(0, Options.Clips).Select(clip => new ClipOutcome((ulong)clip, [.. Enumerable.Range(0, Options.Windows).Select(window =>
        {
            var (full, tuned) = ade(clip, window);
            return new ClipWindow(window, new(full, full / 2), new(full, full / 2), new(2 * full, full), new(tuned, tuned / 2), "a", "a");
        })]))];
}
