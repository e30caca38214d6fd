using FlashDrive.Driving;

namespace FlashDrive.Service.Drive;

/// <summary>
/// Feeds a clip to a planner. At <see cref="DriveRate.Max"/> every frame waits until the engine is free and none is lost; at a
/// number of frames a second each has its moment, and those that came while the engine was busy are handed over together.
/// </summary>
public sealed class DriveLoop(IPlanner planner, DriveRate rate, IPace pace)
{
    /// <summary>Runs to the end of the clip or until cancelled; what was planned before is reported either way.</summary>
    /// <returns>False when it was cancelled.</returns>
    public bool Run(IEnumerable<FrameBundle> clip, Action<RefusedFrame> refused, Action<PlanRecord, FrameBundle> planned, CancellationToken cancel)
    {
        using var frames = clip.GetEnumerator();
        var next = Next(frames, refused);
        var start = pace.Now;
        var taken = 0L;
        var waiting = new List<FrameBundle>();
        try
        {
            while (next is not null)
            {
                cancel.ThrowIfCancellationRequested();
                if (rate.IsRealTime) pace.WaitUntil(start + taken * rate.Period, cancel);
                TimeSpan ready;
                do
                {
                    waiting.Add(next);
                    ready = rate.IsRealTime ? start + taken * rate.Period : pace.Now;
                    taken++;
                    next = Next(frames, refused);
                }
                while (rate.IsRealTime && next is not null && start + taken * rate.Period <= pace.Now);
                var records = planner.Plan(waiting, cancel);
                var latency = pace.Now - ready;
                for (var i = 0; i < records.Count; i++)
                    planned(records[i].HasPlan ? records[i] with { Latency = latency, Age = latency } : records[i], waiting[i]);
                waiting.Clear();
            }
            return true;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            foreach (var bundle in waiting)
                planned(new(bundle.FrameId, bundle.TickMicroseconds, PlanOutcome.Dropped, TimeSpan.Zero) { Reason = "interrupted", Truth = bundle.Future }, bundle);
            return false;
        }
    }

    private static FrameBundle? Next(IEnumerator<FrameBundle> frames, Action<RefusedFrame> refused)
    {
        if (!frames.MoveNext()) return null;
        foreach (var frame in frames.Current.Refused) refused(frame);
        return frames.Current;
    }
}
