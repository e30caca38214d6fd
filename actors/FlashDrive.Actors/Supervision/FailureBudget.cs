namespace FlashDrive.Actors.Supervision;

/// <summary>
/// Counts failures against the budget of five in sixty seconds. A frame's failure is charged to its stream. Failures with no frame in
/// hand, and frames' failures that are not one stream's own (of two and more streams, or of the only open one), add up to a restart
/// of the pipeline. Pure: time is handed in.
/// </summary>
public sealed class FailureBudget
{
    public const int Budget = 5;

    public static readonly TimeSpan Window = TimeSpan.FromSeconds(60);

    /// <summary>The first and the longest back-off of a degraded stream's admission.</summary>
    public static readonly TimeSpan FirstBackoff = TimeSpan.FromSeconds(0.1), LongestBackoff = TimeSpan.FromSeconds(5);

    // No more than the budget of any stream is ever needed, and there are at most 32 streams.
    private const int Remembered = 33 * Budget;

    private readonly Queue<(int Stream, TimeSpan At)> _failures = new(Remembered);

    /// <param name="stream">Index of the frame's stream, or −1 when no frame was in hand.</param>
    /// <param name="openStreams">Streams open at the moment.</param>
    /// <returns>What has to be done, the graver first: a restart forgets the failures that led to it.</returns>
    public FailureVerdict Charge(int stream, int openStreams, TimeSpan now)
    {
        Forget(now);
        if (_failures.Count == Remembered) _failures.Dequeue();
        _failures.Enqueue((stream, now));
        if (TowardsRestart(openStreams) >= Budget)
        {
            _failures.Clear();
            return FailureVerdict.RestartPipeline;
        }
        return stream >= 0 && Count(stream) >= Budget ? FailureVerdict.DegradeStream : FailureVerdict.None;
    }

    /// <summary>Failures of a stream within the window.</summary>
    public int CountOf(int stream, TimeSpan now)
    {
        Forget(now);
        return Count(stream);
    }

    /// <summary>Wait before the next admission after the n-th failure in a row beyond the budget, n from 0.</summary>
    public static TimeSpan Backoff(int n)
    {
        var wait = FirstBackoff * Math.Pow(2, Math.Min(n, 30));
        return wait < LongestBackoff ? wait : LongestBackoff;
    }

    private int Count(int stream) => _failures.Count(failure => failure.Stream == stream);

    private int TowardsRestart(int openStreams)
    {
        var withoutFrame = Count(-1);
        var streams = _failures.Where(failure => failure.Stream >= 0).Select(failure => failure.Stream).Distinct().Count();
        return streams >= 2 || openStreams == 1 ? _failures.Count : withoutFrame;
    }

    private void Forget(TimeSpan now)
    {
        while (_failures.TryPeek(out var oldest) && now - oldest.At > Window) _failures.Dequeue();
    }
}
