using System.Text.Json;
using System.Text.Json.Serialization;
using FlashDrive.World;

namespace FlashDrive.Training.Exam;

/// <summary>The exam's result: every bar with its verdict, confusion tables and all windows.</summary>
public sealed class ExamReport
{
    private const double ExpertMoves = 7, PredictionMoves = 5;

    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true, IndentSize = 1, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, Converters = { new JsonStringEnumConverter() },
    };

    public ExamReport(ExamOptions options, IReadOnlyList<ExamWindow> windows)
    {
        (Options, Windows) = (options, windows);
        Bars = [.. Judge(windows)];
    }

    public ExamOptions Options { get; }

    public IReadOnlyList<ExamWindow> Windows { get; }

    public IReadOnlyList<ExamBar> Bars { get; }

    public bool Passed => Bars.All(bar => bar.Passed);

    /// <summary>Bars, confusion tables and figures without a bar, one line each.</summary>
    public IEnumerable<string> Lines()
    {
        foreach (var bar in Bars) yield return bar.ToString();
        var plain = Windows.Select(w => w.Plain).ToList();
        yield return FormattableString.Invariant(
            $"ADE {plain.Average(o => o.Ade):0.00} m, minADE {plain.Average(o => o.MinAde):0.00} m, final {plain.Average(o => o.FinalDisplacement):0.00} m, constant velocity {plain.Average(o => o.VelocityAde):0.00} m, constant turn rate {plain.Average(o => o.TurnRateAde):0.00} m");
        yield return FormattableString.Invariant($"leaves the road {plain.Count(o => o.LeavesRoad)}, collides {plain.Count(o => o.Collides)} of {plain.Count} windows");
        foreach (var line in Confusion("cause", plain, o => o.Cause, o => o.SaidCause)) yield return line;
        foreach (var line in Confusion("manoeuvre", plain, o => o.Manoeuvre, o => o.SaidManoeuvre)) yield return line;
    }

    public string ToJson() => JsonSerializer.Serialize(
        new
        {
            options = Options, passed = Passed,
            bars = Bars.Select(b => new { b.Name, b.Value, b.Bar, b.AtMost, b.Cases, b.Passed }),
            causes = Counts(o => o.Cause, o => o.SaidCause), manoeuvres = Counts(o => o.Manoeuvre, o => o.SaidManoeuvre), windows = Windows,
        }, Format);

    private static IEnumerable<ExamBar> Judge(IReadOnlyList<ExamWindow> windows)
    {
        var plain = windows.Select(w => w.Plain).ToList();
        var n = plain.Count;
        var shares = plain.GroupBy(o => o.Cause).Select(g => (double)g.Count() / n).ToList();
        yield return new("causes in the exam", shares.Count, 10, false, n);
        yield return new("share of the rarest cause", shares.Min(), 0.05, false, n);
        yield return new("share of the most frequent cause", shares.Max(), 0.15, true, n);
        yield return new("manoeuvres in the exam", plain.Select(o => o.Manoeuvre).Distinct().Count(), 6, false, n);
        yield return new("windows with a distractor", Share(plain, o => o.HasDistractor), 0.30, false, n);

        var baseline = Math.Min(plain.Average(o => o.VelocityAde), plain.Average(o => o.TurnRateAde));
        var ade = plain.Average(o => o.Ade);
        yield return new("ADE@6.4s with the own sentence / better constant baseline", ade / baseline, 0.40, true, n);
        yield return new("minADE of six / ADE", plain.Average(o => o.MinAde) / ade, 0.60, true, n);
        yield return new("step-to-step change of actions / the truth's", plain.Average(o => o.ActionStep) / plain.Average(o => o.TruthActionStep), 1.5, true, n);

        yield return new("cause right", Share(plain, o => o.CauseRight), 0.90, false, n);
        yield return new("manoeuvre right", Share(plain, o => o.ManoeuvreRight), 0.90, false, n);
        foreach (var group in plain.GroupBy(o => o.Cause).OrderBy(g => g.Key))
            yield return new($"recall of cause {group.Key}", Share([.. group], o => o.CauseRight), 0.75, false, group.Count());
        foreach (var group in plain.GroupBy(o => o.Manoeuvre).OrderBy(g => g.Key))
            yield return new($"recall of manoeuvre {group.Key}", Share([.. group], o => o.ManoeuvreRight), 0.75, false, group.Count());
        yield return new("sentence's manoeuvre agrees with the predicted trajectory", Share(plain, o => o.SentenceAgrees), 0.90, false, n);
        yield return new("the rule finds the labelled manoeuvre in the truth", Share(plain, o => o.RuleAgreesOnTruth), 0.97, false, n);

        var green = windows.Select(w => w.Green).OfType<Counterfactual>().ToList();
        var lead = windows.Select(w => w.NoLead).OfType<Counterfactual>().ToList();
        var distractor = windows.Select(w => w.NoDistractingLead).OfType<Counterfactual>().ToList();
        var moving = lead.Concat(distractor).Where(c => c.TruthMoved.LengthXy >= ExpertMoves).ToList();
        yield return new("red repainted green makes the sentence name green", Share(green, c => c.After == Cause.GreenLight), 0.95, false, green.Count);
        yield return new("removing the lead that is the cause changes the named cause", Share(lead, c => c.CauseChanged), 0.95, false, lead.Count);
        yield return new("removing a lead that is a distractor changes the named cause", Share(distractor, c => c.CauseChanged), 0.10, true, distractor.Count);
        yield return new("the predicted end point moves >= 5 m the expert's way", Share(moving, c => c.MovedAlong >= PredictionMoves), 0.80, false, moving.Count);

        var grey = windows.Select(w => w.Grey).ToList();
        yield return new("all grey: cause right", Share(grey, o => o.CauseRight), 0.20, true, n);
        yield return new("all grey: ADE / ADE", grey.Average(o => o.Ade) / ade, 1.3, false, n);
    }

    private static double Share<T>(IReadOnlyList<T> items, Func<T, bool> holds) => items.Count == 0 ? double.NaN : (double)items.Count(holds) / items.Count;

    private Dictionary<string, Dictionary<string, int>> Counts<T>(Func<WindowOutcome, T> truth, Func<WindowOutcome, T?> said) where T : struct, Enum =>
        Windows.Select(w => w.Plain).GroupBy(truth).OrderBy(g => g.Key)
            .ToDictionary(g => g.Key.ToString(), g => g.GroupBy(o => said(o)?.ToString() ?? "none").OrderBy(s => s.Key).ToDictionary(s => s.Key, s => s.Count()));

    private static IEnumerable<string> Confusion<T>(string name, IReadOnlyList<WindowOutcome> outcomes, Func<WindowOutcome, T> truth, Func<WindowOutcome, T?> said)
        where T : struct, Enum
    {
        var values = Enum.GetValues<T>();
        yield return $"{name}: truth by row, said by column ({string.Join(' ', values.Select((v, i) => $"{i}={v}"))}, last = none)";
        foreach (var row in values)
        {
            var of = outcomes.Where(o => truth(o).Equals(row)).ToList();
            if (of.Count == 0) continue;
            var cells = values.Select(v => of.Count(o => said(o) is { } s && s.Equals(v))).Append(of.Count(o => said(o) is null));
            yield return $"  {row,-20}{string.Concat(cells.Select(c => $"{c,5}"))}";
        }
    }
}
