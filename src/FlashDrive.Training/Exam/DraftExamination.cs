using System.Text.Json;
using System.Text.Json.Serialization;
using FlashDrive.Inference;
using FlashDrive.Inference.Flow;
using FlashDrive.Inference.Stages;
using FlashDrive.Training.Samples;
using FlashDrive.World;

namespace FlashDrive.Training.Exam;

/// <summary>One window's thought, drawn with and without drafts.</summary>
/// <param name="Greedy">The best token everywhere; otherwise drawn at T = 0.6, top-p 0.98.</param>
/// <param name="Tokens">Of the thought, its end and the hand-over included.</param>
/// <param name="Forwards">Forward passes of the target with drafts, the prefill not among them.</param>
/// <param name="PlainForwards">The same without.</param>
/// <param name="Same">Both thoughts have the same tokens.</param>
public sealed record DraftedThought(ulong Seed, bool Greedy, int Tokens, int Forwards, int PlainForwards, bool Same);

/// <summary>Drives held-out windows with and without a drafter, through the engine's own stages: does it change nothing, and how much does it save?</summary>
public static class DraftExamination
{
    private const int LongestThought = 48;

    private static readonly ReasoningOptions Greedy = new(0, 1, LongestThought), Drawn = new(Budget: LongestThought);

    // Both ways on the own kernels: LibTorch's products round by shape.
    private static readonly EngineOptions Plain = new(Drawn, new FlowOptions(), DrivingWindow.Frames) { OwnKernels = true };

    /// <param name="model">With its drafter attached.</param>
    /// <param name="progress">Told the part done, 0..1.</param>
    public static DraftExamReport Run(
        DrivingModel model, ulong firstSeed, int windows, int threads, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        if (model.Drafter is null) throw new ArgumentException("the model has no drafter", nameof(model));
        var thoughts = new DraftedThought[2 * windows];
        ExamThreads.Run(
            "the drafter's exam", windows, threads, () => new RolloutPair(new(model, Plain), new(model, Plain with { Drafting = new(Enabled: true) })), (ways, i) =>
            {
                var seed = firstSeed + (ulong)i;
                var ticks = WindowTicks.Of(WindowSampler.Sample(seed, WindowKind.Onset), i);
                foreach (var greedy in new[] { true, false })
                {
                    var reasoning = greedy ? Greedy : Drawn;
                    using var without = ways.First.Think(ways.First.Whole(ticks), seed, reasoning);
                    using var with = ways.Second.Think(ways.Second.Whole(ticks), seed, reasoning);
                    thoughts[2 * i + (greedy ? 0 : 1)] = new(
                        seed, greedy, with.Session.Tokens.Count, with.Forwards, without.Forwards, with.Session.Tokens.SequenceEqual(without.Session.Tokens));
                }
            },
            progress, cancellation);
        return new(thoughts);
    }
}

/// <summary>The drafter exam's result.</summary>
public sealed class DraftExamReport
{
    /// <summary>Tokens per forward pass of the target.</summary>
    public const double LeastTokens = 4.5;

    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true, IndentSize = 1, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    public DraftExamReport(IReadOnlyList<DraftedThought> thoughts)
    {
        Thoughts = thoughts;
        List<ExamBar> bars = [];
        foreach (var (name, greedy) in new[] { ("best tokens", true), ("T = 0.6, top-p 0.98", false) })
        {
            var of = thoughts.Where(t => t.Greedy == greedy).ToList();
            bars.Add(new($"tokens per forward pass, {name}", PerForward(of), LeastTokens, false, of.Count));
            bars.Add(new($"thoughts equal to those without drafts, {name}", of.Average(t => t.Same ? 1.0 : 0), 1, false, of.Count));
        }
        Bars = bars;
    }

    public IReadOnlyList<DraftedThought> Thoughts { get; }

    public IReadOnlyList<ExamBar> Bars { get; }

    public bool Passed => Bars.All(bar => bar.Passed);

    public IEnumerable<string> Lines()
    {
        foreach (var bar in Bars) yield return bar.ToString();
        yield return FormattableString.Invariant(
            $"a thought has {Thoughts.Average(t => t.Tokens - 1):0.0} tokens without the hand-over; {Thoughts.Average(t => t.PlainForwards):0.00} forward passes without drafts, {Thoughts.Average(t => t.Forwards):0.00} with");
    }

    public string ToJson() => JsonSerializer.Serialize(new { passed = Passed, bars = Bars, thoughts = Thoughts }, Format);

    /// <summary>Of the tokens up to the end of the thought all but the first, which the prefill gives, over the passes that gave them.</summary>
    private static double PerForward(List<DraftedThought> thoughts) => (double)thoughts.Sum(t => t.Tokens - 2) / thoughts.Sum(t => t.Forwards);
}
