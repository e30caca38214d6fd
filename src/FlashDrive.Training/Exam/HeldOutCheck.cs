using FlashDrive.Inference;
using FlashDrive.World;

namespace FlashDrive.Training.Exam;

/// <summary>A quick look at a model under training on a few held-out windows.</summary>
/// <param name="AdeOverBaseline">ADE with the model's own sentence over the better constant baseline.</param>
public sealed record HeldOutCheck(int Windows, double CauseRight, double ManoeuvreRight, double AdeOverBaseline, double SentenceAgrees, double GreyCauseRight)
{
    /// <summary>Seeds of these windows; exams use others.</summary>
    public const ulong FirstSeed = 3_000_000_000;

    public static HeldOutCheck Run(DrivingModel model, int windows, int threads)
    {
        var report = Examination.Run(model, new(FirstSeed, FirstSeed + (ulong)windows - 1, windows, Samples: 1) { Threads = threads, Counterfactuals = false });
        var plain = report.Windows.Select(w => w.Plain).ToList();
        var baseline = Math.Min(plain.Average(o => o.VelocityAde), plain.Average(o => o.TurnRateAde));
        return new(
            windows, plain.Average(o => o.CauseRight ? 1.0 : 0), plain.Average(o => o.ManoeuvreRight ? 1.0 : 0), plain.Average(o => o.Ade) / baseline,
            plain.Average(o => o.SentenceAgrees ? 1.0 : 0), report.Windows.Average(w => w.Grey.CauseRight ? 1.0 : 0));
    }

    public override string ToString() => FormattableString.Invariant(
        $"held out ({Windows}): cause {CauseRight:0.00}, manoeuvre {ManoeuvreRight:0.00}, ADE/baseline {AdeOverBaseline:0.00}, sentence agrees {SentenceAgrees:0.00}, grey cause {GreyCauseRight:0.00}");
}
