using FlashDrive.Driving;
using FlashDrive.Service.Drive;

namespace FlashDrive.Service.Tests.Drive;

public class DriveLoopTests
{
    private readonly TestPace _pace = new();
    private readonly List<string> _ended = [];
    private readonly List<RefusedFrame> _refused = [];

    [Fact]
    public void At_full_speed_every_frame_is_planned_and_takes_what_the_engine_takes()
    {
        Assert.True(Run(DriveRate.Max, frames: 3, engineMilliseconds: 250));
        Assert.Equal(["0 planned 250", "1 planned 250", "2 planned 250"], _ended);
        Assert.Equal(TimeSpan.FromMilliseconds(750), _pace.Now);
    }

    [Fact]
    public void A_fast_engine_waits_for_each_frame()
    {
        Assert.True(Run(DriveRate.Parse("10")!, frames: 3, engineMilliseconds: 40));
        Assert.Equal(["0 planned 40", "1 planned 40", "2 planned 40"], _ended);
        Assert.Equal(TimeSpan.FromMilliseconds(240), _pace.Now);
    }

    [Fact]
    public void A_slow_engine_plans_for_the_newest_frame_and_names_the_superseded_ones()
    {
        Assert.True(Run(DriveRate.Parse("10")!, frames: 7, engineMilliseconds: 250));
        Assert.Equal(
            ["0 planned 250", "1 superseded 0", "2 planned 300", "3 superseded 0", "4 superseded 0", "5 planned 250", "6 planned 400"],
            _ended);
    }

    [Fact]
    public void Cancelling_ends_the_drive_and_keeps_what_was_planned()
    {
        using var source = new CancellationTokenSource();
        Assert.False(Run(DriveRate.Max, frames: 5, engineMilliseconds: 10, source, cancelAfter: 2));
        Assert.Equal(["0 planned 10", "1 planned 10"], _ended);
    }

    [Fact]
    public void A_frame_that_is_interrupted_is_accounted_for()
    {
        using var source = new CancellationTokenSource();
        var loop = new DriveLoop(new InterruptedPlanner(source), DriveRate.Max, _pace);
        Assert.False(loop.Run([Plans.Bundle(0, 1), Plans.Bundle(1, 1)], _refused.Add, Ended, source.Token));
        Assert.Equal(["0 interrupted 0"], _ended);
    }

    [Fact]
    public void Refused_camera_frames_are_passed_on_by_name()
    {
        var planner = new TestPlanner(_pace, TimeSpan.Zero);
        var refused = new RefusedFrame(1, 5, FrameRefusal.CorruptImage, "frame 5 of camera 1 cannot be decoded");
        new DriveLoop(planner, DriveRate.Max, _pace).Run([Plans.Bundle(0, 1) with { Refused = [refused] }], _refused.Add, Ended, default);
        Assert.Equal(refused, Assert.Single(_refused));
        Assert.Equal(["0 planned 0"], _ended);
    }

    private bool Run(DriveRate rate, int frames, int engineMilliseconds, CancellationTokenSource? source = null, int cancelAfter = 0)
    {
        var planner = new TestPlanner(_pace, TimeSpan.FromMilliseconds(engineMilliseconds));
        var clip = Enumerable.Range(0, frames).Select(frame => Plans.Bundle(frame, 1));
        return new DriveLoop(planner, rate, _pace).Run(clip, _refused.Add, (record, bundle) =>
        {
            Ended(record, bundle);
            if (_ended.Count == cancelAfter) source?.Cancel();
        }, source?.Token ?? default);
    }

    private void Ended(PlanRecord record, FrameBundle bundle)
    {
        Assert.Equal(bundle.FrameId, record.FrameId);
        _ended.Add(FormattableString.Invariant($"{record.FrameId} {record.Reason ?? "planned"} {record.Latency.TotalMilliseconds:F0}"));
    }

    /// <summary>Time that passes only by waiting and by planning.</summary>
    private sealed class TestPace : IPace
    {
        public TimeSpan Now { get; set; }

        public void WaitUntil(TimeSpan moment, CancellationToken cancel) => Now = moment > Now ? moment : Now;
    }

    private sealed class TestPlanner(TestPace pace, TimeSpan duration) : IPlanner
    {
        public IReadOnlyList<PlanRecord> Plan(IReadOnlyList<FrameBundle> waiting, CancellationToken cancel)
        {
            pace.Now += duration;
            return waiting.Select((bundle, i) => i == waiting.Count - 1
                ? Plans.Planned(bundle.FrameId)
                : Plans.Ended(bundle.FrameId, PlanOutcome.Dropped, "superseded")).ToList();
        }

        public void Dispose()
        {
        }
    }

    private sealed class InterruptedPlanner(CancellationTokenSource source) : IPlanner
    {
        public IReadOnlyList<PlanRecord> Plan(IReadOnlyList<FrameBundle> waiting, CancellationToken cancel)
        {
            source.Cancel();
            cancel.ThrowIfCancellationRequested();
            return [];
        }

        public void Dispose()
        {
        }
    }
}
