using System.Runtime.InteropServices;
using System.Text.Json;
using FlashDrive.Driving;
using FlashDrive.Inference;
using FlashDrive.Service.Doctor;
using FlashDrive.Torch;
using FlashDrive.Training.Exam;

namespace FlashDrive.Service.Bench.Ablation;

/// <summary>The ablation table: times, ratios beside what was predicted, errors, and how near each stage comes to the machine's peak.</summary>
internal sealed class AblationReport(string model, AblationRequest request, IReadOnlyList<RowResult> results, StageWork work, MachinePeak peak)
{
    private static readonly string[] Stages = [StageNames.Encode, StageNames.Prefill, StageNames.Decode, StageNames.Action];

    public IReadOnlyList<RowResult> Results => results;

    public string Model => model;

    public int Windows => results[0].Measurements.Count;

    private RowResult Baseline => Row(AblationRow.Baseline);

    private RowResult System => Row(AblationRow.System);

    private RowResult All => Row(AblationRow.All);

    public IReadOnlyList<ExamBar> Bars =>
    [
        new("all over baseline, total p50", Faster(Baseline, All, RowResult.Total), 3.5, AtMost: false, Windows),
        new("all over system, total p50", Faster(System, All, RowResult.Total), 2, AtMost: false, Windows),
        new("all over baseline, encode + prefill", Faster(Baseline, All, RowResult.Seeing), 2.8, AtMost: false, Windows),
        new("all over baseline, decode", Faster(Baseline, All, StageNames.Decode), 2.5, AtMost: false, Windows),
        new("all over baseline, action", Faster(Baseline, All, StageNames.Action), 2.2, AtMost: false, Windows),
        new("ADE of all / baseline", All.Ade / Baseline.Ade, 1.05, AtMost: true, Windows),
    ];

    public bool Passed => Bars.All(bar => bar.Passed);

    /// <summary>The machine, as far as a figure depends on it.</summary>
    public string Machine => FormattableString.Invariant(
        $"{Cpu.Name}, {Environment.ProcessorCount} processors, {request.Threads} LibTorch thread(s), LibTorch {torch.version} ({torch.cpu_capability}), {RuntimeInformation.FrameworkDescription}; peak {peak.FlopsPerSecond / 1e9:F0} GFLOP/s, {peak.BytesPerSecond / 1e9:F1} GB/s");

    public IEnumerable<string> Lines()
    {
        static string Text(FormattableString text) => FormattableString.Invariant(text);
        yield return Text($"{model}: {Windows} windows of held-out clips, rows in turn window by window, one sample; ms p50 (p99)");
        yield return Machine;
        yield return Text($"{"row",-22}{"encode",15}{"prefill",15}{"decode",15}{"action",15}{"total",16}{"tokens/s",10}{"tok/fwd",9}{"ADE",8}{$"minADE{request.Samples}",9}");
        foreach (var row in results)
            yield return Text($"{row.Row.Name,-22}{Cell(row, Stages[0]),15}{Cell(row, Stages[1]),15}{Cell(row, Stages[2]),15}{Cell(row, Stages[3]),15}{Cell(row, RowResult.Total),16}{row.TokensPerSecond,10:F0}{row.TokensPerForward,9:F2}{row.Ade,8:F3}{row.MinAde,9:F3}");
        yield return "";
        yield return Text($"{"times faster than baseline: measured (predicted)",-52}{"encode",12}{"prefill",12}{"decode",12}{"action",12}{"total",12}");
        foreach (var row in results.Skip(1)) yield return $"{row.Row.Name,-52}{string.Concat(Stages.Append(RowResult.Total).Select(stage => Ratio(row, stage).PadLeft(12)))}";
        yield return "predicted: system is measured; on top of it images (encode), rows and keys (prefill), passes at the configured cost of a drafted round (decode), evaluations (action)";
        yield return "";
        yield return Text($"{"share of the machine's peak",-52}{"encode",12}{"prefill",12}{"decode",12}{"action",12}");
        foreach (var row in results) yield return $"{row.Row.Name,-52}{string.Concat(Stages.Select(stage => Text($"{Share(row, stage),12:P0}")))}";
        yield return "encode, prefill and action: operations; decode: bytes of the target's passes";
        yield return "";
        foreach (var bar in Bars) yield return bar.ToString();
    }

    public string ToJson() => JsonSerializer.Serialize(
        new
        {
            model,
            machine = Machine,
            windows = Windows,
            threads = request.Threads,
            peak_flops_per_second = peak.FlopsPerSecond,
            peak_bytes_per_second = peak.BytesPerSecond,
            rows = results.Select(row => new
            {
                name = row.Row.Name,
                stages = Stages.Append(RowResult.Total).ToDictionary(stage => stage, stage => new
                {
                    p50_ms = row.P50(stage),
                    p99_ms = row.Milliseconds(stage, 0.99),
                    faster_than_baseline = Faster(Baseline, row, stage),
                    predicted = Predicted(row, stage),
                    share_of_peak = stage == RowResult.Total ? (double?)null : Share(row, stage),
                }),
                tokens_per_second = row.TokensPerSecond,
                tokens_per_forward = row.TokensPerForward,
                ade = row.Ade,
                min_ade = double.IsNaN(row.MinAde) ? (double?)null : row.MinAde,
            }),
            bars = Bars.Select(bar => new { bar.Name, bar.Value, bar.Bar, bar.AtMost, bar.Passed }),
        },
        new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, IndentSize = 1 });

    /// <summary>How many times less time the second row's median takes.</summary>
    internal static double Faster(RowResult slow, RowResult fast, string stage) => slow.P50(stage) / fast.P50(stage);

    /// <summary>
    /// What a row should gain over the baseline: the measured gain of the system work, times the work that its techniques leave out as
    /// counted in its own windows.
    /// </summary>
    internal double Predicted(RowResult row, string stage)
    {
        if (row == Baseline) return 1;
        var spared = Stages.ToDictionary(name => name, name => Spared(row, name));
        if (stage != RowResult.Total) return Faster(Baseline, System, stage) * spared[stage];
        // What stands between the stages is as it is in the system row.
        var between = Math.Max(0, System.P50(RowResult.Total) - Stages.Sum(System.P50));
        return Baseline.P50(RowResult.Total) / (between + Stages.Sum(name => System.P50(name) / spared[name]));
    }

    private double Spared(RowResult row, string stage) => stage switch
    {
        StageNames.Encode => System.Mean(m => work.Encode(m.Images)) / row.Mean(m => work.Encode(m.Images)),
        StageNames.Prefill => System.Mean(m => work.Prefill(m.Counts)) / row.Mean(m => work.Prefill(m.Counts)),
        StageNames.Action => System.Mean(m => work.Action(m.Counts, Trajectory.Points)) / row.Mean(m => work.Action(m.Counts, Trajectory.Points)),
        _ => System.Mean(m => m.Counts.Forwards) / (row.Mean(m => m.Counts.Forwards) * (row.Row.Techniques.HasFlag(Techniques.Speculation) ? request.Engine.Drafting.CostRatio : 1)),
    };

    private double Share(RowResult row, string stage) => stage switch
    {
        StageNames.Encode => row.Mean(m => work.Encode(m.Images)) / (row.P50(stage) / 1000) / peak.FlopsPerSecond,
        StageNames.Prefill => row.Mean(m => work.Prefill(m.Counts)) / (row.P50(stage) / 1000) / peak.FlopsPerSecond,
        StageNames.Action => row.Mean(m => work.Action(m.Counts, Trajectory.Points)) / (row.P50(stage) / 1000) / peak.FlopsPerSecond,
        _ => row.Mean(m => work.DecodeBytes(m.Counts)) / (row.P50(stage) / 1000) / peak.BytesPerSecond,
    };

    private RowResult Row(string name) => results.First(r => r.Row.Name == name);

    private string Ratio(RowResult row, string stage) => FormattableString.Invariant($"{Faster(Baseline, row, stage):F2} ({Predicted(row, stage):F2})");

    private static string Cell(RowResult row, string stage) => FormattableString.Invariant($"{row.P50(stage):F2} ({row.Milliseconds(stage, 0.99):F1})");
}
