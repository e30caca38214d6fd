using System.Collections.Concurrent;
using FlashDrive.Torch;

namespace FlashDrive.Training.Exam;

/// <summary>Shares an exam's cases out to threads with one LibTorch thread each; the result does not depend on their number.</summary>
internal static class ExamThreads
{
    /// <param name="name">What is examined, for the message of a failure.</param>
    /// <param name="begin">Makes what a thread drives with and gets it disposed; called on that thread.</param>
    /// <param name="examine">Examines one case.</param>
    /// <param name="progress">Told the part done, 0..1.</param>
    /// <exception cref="InvalidOperationException">A case threw.</exception>
    internal static void Run<T>(
        string name, int cases, int threads, Func<T> begin, Action<T, int> examine, IProgress<double>? progress, CancellationToken cancellation) where T : IDisposable
    {
        var failures = new ConcurrentQueue<Exception>();
        var (next, done) = (0, 0);
        var workers = Enumerable.Range(0, Math.Min(threads, cases)).Select(_ => new Thread(() =>
        {
            try
            {
                torch.set_num_threads(1);
                using var state = begin();
                for (var i = Interlocked.Increment(ref next) - 1; i < cases && failures.IsEmpty && !cancellation.IsCancellationRequested; i = Interlocked.Increment(ref next) - 1)
                {
                    examine(state, i);
                    progress?.Report((double)Interlocked.Increment(ref done) / cases);
                }
            }
            catch (Exception e)
            {
                failures.Enqueue(e);
            }
        })).ToList();
        foreach (var worker in workers) worker.Start();
        foreach (var worker in workers) worker.Join();
        cancellation.ThrowIfCancellationRequested();
        if (failures.TryPeek(out var failure)) throw new InvalidOperationException($"{name} stopped: {failure.Message}", failure);
    }
}

/// <summary>Two ways of driving the same windows, side by side.</summary>
internal sealed record RolloutPair(Rollouts.StageRollout First, Rollouts.StageRollout Second) : IDisposable
{
    public void Dispose()
    {
        First.Dispose();
        Second.Dispose();
    }
}
