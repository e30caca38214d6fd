using FlashDrive.Inference;

namespace FlashDrive.Service.Drive.Replay;

/// <summary>Drives what a log admitted in one thread, one stream after the other: the reference that the actors are held to.</summary>
internal sealed class SequentialReplay(DrivingModel model, EngineOptions options, DriveReport report, ReplayScript script, IPace pace, TimeProvider time)
{
    /// <returns>False when it was cancelled; what came before is reported.</returns>
    public bool Run(IReadOnlyList<DriveStream> streams, CancellationToken cancel)
    {
        foreach (var stream in streams)
        {
            using var rollout = new SequentialRollout(model, options with { Seed = stream.Seed }, time);
            foreach (var (bundle, fate) in stream.Frames)
            {
                if (cancel.IsCancellationRequested) return false;
                foreach (var refused in bundle.Refused) report.Add(refused);
                var ready = pace.Now;
                FrameResult result;
                try
                {
                    result = rollout.Replay(bundle, fate!, cancel);
                }
                catch (OperationCanceledException) when (cancel.IsCancellationRequested)
                {
                    return false;
                }
                script.Compare(stream.Name, bundle.FrameId, result.Plan);
                var record = SequentialPlanner.Record(bundle, result) with { Stream = stream.Name };
                report.Add(record.HasPlan ? record with { Latency = pace.Now - ready, Age = pace.Now - ready } : record, bundle);
            }
        }
        return true;
    }
}
