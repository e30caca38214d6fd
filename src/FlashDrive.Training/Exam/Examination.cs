using System.Collections.Concurrent;
using FlashDrive.Driving;
using FlashDrive.Inference;
using FlashDrive.Torch;
using FlashDrive.World;

namespace FlashDrive.Training.Exam;

/// <param name="FirstSeed">First world.</param>
/// <param name="LastSeed">Last world that may be used.</param>
public sealed record ExamOptions(ulong FirstSeed, ulong LastSeed, int Windows = 400, int Samples = 6, ulong NoiseSeed = 1)
{
    /// <summary>Threads, one LibTorch thread each; the result does not depend on their number.</summary>
    public int Threads { get; init; } = Math.Max(1, Environment.ProcessorCount);

    /// <summary>Also drive every window again with its light repainted or its lead vehicle removed.</summary>
    public bool Counterfactuals { get; init; } = true;
}

/// <summary>Examines a model on windows it has never seen, through the stages that also drive.</summary>
public static class Examination
{
    private static readonly Cause[] LeadCauses = [Cause.LeadBraking, Cause.SteadyLead];

    /// <param name="progress">Windows done.</param>
    public static ExamReport Run(DrivingModel model, ExamOptions options, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        var windows = WindowSampler.Exam(options.FirstSeed, options.LastSeed, options.Windows).Select((window, index) => (window, index));
        var results = new ExamWindow[options.Windows];
        var failures = new ConcurrentQueue<Exception>();
        var source = new Lock();
        using var next = windows.GetEnumerator();
        var done = 0;
        var threads = Enumerable.Range(0, options.Threads).Select(_ => new Thread(() =>
        {
            try
            {
                torch.set_num_threads(1);
                using var driver = new WindowDriver(model, options.Samples, options.NoiseSeed);
                while (!cancellation.IsCancellationRequested && failures.IsEmpty)
                {
                    (DrivingWindow Window, int Index) item;
                    lock (source)
                    {
                        if (!next.MoveNext()) return;
                        item = next.Current;
                    }
                    results[item.Index] = Examine(model, driver, item.Window, item.Index, options.Counterfactuals);
                    progress?.Report(Interlocked.Increment(ref done));
                }
            }
            catch (Exception e)
            {
                failures.Enqueue(e);
            }
        })).ToList();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        if (failures.TryPeek(out var failure)) throw new InvalidOperationException($"the exam stopped: {failure.Message}", failure);
        cancellation.ThrowIfCancellationRequested();
        return new(options, results);
    }

    private static ExamWindow Examine(DrivingModel model, WindowDriver driver, DrivingWindow window, int index, bool counterfactuals)
    {
        var plain = Outcome(model, driver, window, Pictures.Rendered, index);
        var grey = Outcome(model, driver, window, Pictures.Grey, index);
        if (!counterfactuals) return new(plain, grey, null, null, null);
        Counterfactual? green = null, lead = null, distractor = null;
        if (window.LightIsOnlyConstraint) green = Again(model, driver, plain, window.RepaintedGreen()!, index);
        if (window.WithoutLead() is { } without)
        {
            if (LeadCauses.Contains(window.Cause)) lead = Again(model, driver, plain, without, index);
            else if (window.Distractors.Overlaps(LeadCauses)) distractor = Again(model, driver, plain, without, index);
        }
        return new(plain, grey, green, lead, distractor);
    }

    private static WindowOutcome Outcome(DrivingModel model, WindowDriver driver, DrivingWindow window, Pictures pictures, int index) =>
        WindowOutcome.Of(window, driver.Drive(window, pictures, index), model.Actions.ToActions(window.Future, window.History));

    private static Counterfactual Again(DrivingModel model, WindowDriver driver, WindowOutcome before, DrivingWindow changed, int index)
    {
        var after = Outcome(model, driver, changed, Pictures.Rendered, index);
        return new(before.Seed, before.Cause, before.SaidCause, after.SaidCause, after.TruthEnd - before.TruthEnd, after.End - before.End);
    }
}
