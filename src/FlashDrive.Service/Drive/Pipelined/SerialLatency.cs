using FlashDrive.Driving;
using FlashDrive.Driving.Clips;
using FlashDrive.Inference;
using FlashDrive.Torch;

namespace FlashDrive.Service.Drive.Pipelined;

/// <summary>What a frame takes from image to plan with nothing beside it, on one LibTorch thread: the unit of a CPU's real-time limits.</summary>
internal static class SerialLatency
{
    // The first plan pays for code that has never run; the middle one of three is not the luckiest and not the unluckiest.
    private const int Unmeasured = 1, Measured = 3;

    /// <param name="first">The drive's first tick; its images stand in for all of them.</param>
    public static TimeSpan Measure(DrivingModel model, EngineOptions options, FrameBundle first, TimeProvider time, CancellationToken cancel)
    {
        var threads = torch.get_num_threads();
        torch.set_num_threads(1);
        try
        {
            using var rollout = new SequentialRollout(model, options);
            var took = new List<TimeSpan>(Measured);
            var frames = options.FramesPerCamera - 1 + Unmeasured + Measured;
            for (var i = 0; i < frames; i++)
            {
                cancel.ThrowIfCancellationRequested();
                var started = time.GetTimestamp();
                rollout.Step(At(first, i), cancel);
                if (i >= frames - Measured) took.Add(time.GetElapsedTime(started));
            }
            return took.Order().ElementAt(Measured / 2);
        }
        finally
        {
            torch.set_num_threads(threads);
        }
    }

    private static FrameBundle At(FrameBundle first, int tick)
    {
        var later = tick * ClipPlayer.PeriodMicroseconds;
        return first with
        {
            FrameId = tick,
            TickMicroseconds = first.TickMicroseconds + later,
            Frames = [.. first.Frames.Select(frame => frame with { CaptureMicroseconds = frame.CaptureMicroseconds + later })],
            Refused = [],
        };
    }
}
