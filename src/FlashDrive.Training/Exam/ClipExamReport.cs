using System.Text.Json;
using System.Text.Json.Serialization;

namespace FlashDrive.Training.Exam;

/// <summary>The clip exam's result: ratios of a stream's errors to those of whole windows, with intervals over clips.</summary>
public sealed class ClipExamReport
{
    /// <summary>Tuned ADE over that of whole windows.</summary>
    public const double MostRatio = 1.03;

    /// <summary>Change of that ratio from the first to the last third.</summary>
    public const double MostDrift = 0.05;

    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true, IndentSize = 1, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    public ClipExamReport(ClipExamOptions options, IReadOnlyList<ClipOutcome> clips)
    {
        (Options, Clips) = (options, clips);
        Ratios = new Dictionary<string, Interval>
        {
            ["untuned_ade"] = Ratio(w => w.Untuned.Ade, w => w.Full.Ade),
            ["tuned_ade"] = Ratio(w => w.Tuned.Ade, w => w.Full.Ade),
            ["untuned_min_ade"] = Ratio(w => w.Untuned.MinAde, w => w.Full.MinAde),
            ["tuned_min_ade"] = Ratio(w => w.Tuned.MinAde, w => w.Full.MinAde),
            ["whole_tuned_ade"] = Ratio(w => w.FullTuned.Ade, w => w.Full.Ade),
            ["tuned_ade_over_whole_tuned"] = Ratio(w => w.Tuned.Ade, w => w.FullTuned.Ade),
        };
        var plans = clips.Sum(c => c.Windows.Count);
        List<ExamBar> bars = [new("ADE of the tuned stream / whole windows", Ratios["tuned_ade"].Value, MostRatio, true, plans)];
        if (options.Drift)
        {
            Drifts = new Dictionary<string, Interval>
            {
                ["untuned_ade"] = Drift(w => w.Untuned.Ade, w => w.Full.Ade),
                ["tuned_ade_over_whole_tuned"] = Drift(w => w.Tuned.Ade, w => w.FullTuned.Ade),
                ["tuned_ade"] = Drift(w => w.Tuned.Ade, w => w.Full.Ade),
            };
            // With one expert on both sides nothing but the stream tells them apart.
            bars =
            [
                Bar("the expert not tuned", "untuned_ade"),
                Bar("the tuned expert", "tuned_ade_over_whole_tuned"),
            ];
            ExamBar Bar(string expert, string drift) =>
                new($"stream / whole windows, last third against first, {expert}", Math.Abs(Drifts[drift].Value), MostDrift, true, plans);
        }
        Bars = bars;
    }

    public ClipExamOptions Options { get; }

    public IReadOnlyList<ClipOutcome> Clips { get; }

    /// <summary>Errors over those of whole windows with the expert not tuned, or, where the name says so, with the tuned one.</summary>
    public IReadOnlyDictionary<string, Interval> Ratios { get; }

    /// <summary>(Ratio in the last third / ratio in the first) − 1; empty unless asked for.</summary>
    public IReadOnlyDictionary<string, Interval> Drifts { get; } = new Dictionary<string, Interval>();

    public IReadOnlyList<ExamBar> Bars { get; }

    public bool Passed => Bars.All(bar => bar.Passed);

    private IEnumerable<ClipWindow> Windows => Clips.SelectMany(c => c.Windows);

    public IEnumerable<string> Lines()
    {
        foreach (var bar in Bars) yield return bar.ToString();
        yield return FormattableString.Invariant($"{Clips.Count} clips of {Options.Windows} windows, planned in every {Options.PlanEvery}th{(Options.Drift ? " of the first and last third" : "")}: {Windows.Count()} plans, {Options.Samples} samples");
        foreach (var (name, part) in new (string, Func<ClipWindow, PlanError>)[] { ("whole windows", w => w.Full), ("whole, tuned", w => w.FullTuned), ("stream, not tuned", w => w.Untuned), ("stream, tuned", w => w.Tuned) })
            yield return FormattableString.Invariant($"{name,-18} ADE {Windows.Average(w => part(w).Ade):0.000} m, minADE {Windows.Average(w => part(w).MinAde):0.000} m");
        foreach (var (name, ratio) in Ratios) yield return $"{name}: {ratio}";
        foreach (var (name, drift) in Drifts) yield return $"{name}, last third / first - 1: {drift}";
        yield return FormattableString.Invariant($"the stream's sentence is the whole window's in {Windows.Average(w => w.FullThought == w.StreamedThought ? 1.0 : 0):0.000}");
    }

    public string ToJson() => JsonSerializer.Serialize(
        new { options = Options, passed = Passed, bars = Bars, ratios = Ratios, drifts = Drifts, clips = Clips }, Format);

    private Interval Ratio(Func<ClipWindow, double> part, Func<ClipWindow, double> whole) => Bootstrap.Over(Clips, clips => Ratio(clips, part, whole, _ => true));

    private Interval Drift(Func<ClipWindow, double> part, Func<ClipWindow, double> whole) => Bootstrap.Over(
        Clips, clips => Ratio(clips, part, whole, w => Options.ThirdOf(w.Window) == 2) / Ratio(clips, part, whole, w => Options.ThirdOf(w.Window) == 0) - 1);

    private static double Ratio(IReadOnlyList<ClipOutcome> clips, Func<ClipWindow, double> part, Func<ClipWindow, double> whole, Func<ClipWindow, bool> counts)
    {
        var (above, below) = (0.0, 0.0);
        foreach (var clip in clips)
            foreach (var window in clip.Windows)
            {
                if (!counts(window)) continue;
                above += part(window);
                below += whole(window);
            }
        return above / below;
    }
}
