using System.Text.Json;
using FlashDrive.Driving;
using FlashDrive.Service.Drive;

namespace FlashDrive.Service.Tests.Drive;

public class DriveStatisticsTests
{
    private static readonly DriveSetup Setup = new("models/nano", "clip", "max", 7, 1, 0.6, 0.98) { Cameras = ["Front camera"] };

    [Fact]
    public void Percentiles_are_the_nearest_measured_values()
    {
        var measured = Enumerable.Range(1, 100).Reverse().Select(i => TimeSpan.FromMilliseconds(i)).ToList();
        var percentiles = Percentiles.Of(measured);
        Assert.Equal(new(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(90), TimeSpan.FromMilliseconds(99), TimeSpan.FromMilliseconds(100)), percentiles);
    }

    [Fact]
    public void One_measured_value_is_every_percentile()
    {
        var one = TimeSpan.FromMilliseconds(3);
        Assert.Equal(new(one, one, one, one), Percentiles.Of([one]));
    }

    [Fact]
    public void Nothing_measured_has_no_percentiles() => Assert.Null(Percentiles.Of([]));

    [Fact]
    public void Every_frame_is_counted_once_by_how_it_ended()
    {
        var statistics = new DriveStatistics();
        statistics.Add(Plans.Ended(0, PlanOutcome.Dropped, "warming"));
        statistics.Add(Plans.Ended(1, PlanOutcome.Dropped, "warming"));
        statistics.Add(Plans.Planned(2));
        statistics.Add(Plans.Planned(3) with { Patched = true });
        statistics.Add(Plans.Ended(4, PlanOutcome.Failed, "decode"));
        statistics.Add(new RefusedFrame(1, 5, FrameRefusal.CorruptImage, "frame 5"));
        Assert.Equal((5, 2, 1), (statistics.Frames, statistics.Planned, statistics.Patched));
        var summary = new DriveSummary(Setup, statistics, TimeSpan.FromSeconds(4), false);
        Assert.Equal("5 frames: 2 planned, 1 of them patched, 2 dropped (warming), 1 failed (decode), 1 camera frame(s) refused (corrupt_image)", summary.Accounting());
        Assert.Equal(0.5, summary.PlansPerSecond);
    }

    [Fact]
    public void Errors_are_averaged_over_the_plans_with_a_truth()
    {
        var statistics = new DriveStatistics();
        statistics.Add(Plans.Planned(0) with { Ade = 2, MinAde = 1 });
        statistics.Add(Plans.Planned(1) with { Ade = 4, MinAde = 2 });
        statistics.Add(Plans.Planned(2));
        Assert.Equal((2, 3.0, 1.5), (statistics.WithTruth, statistics.Ade, statistics.MinAde));
    }

    [Fact]
    public void The_summary_tells_each_stage_and_the_whole()
    {
        var statistics = new DriveStatistics();
        statistics.Add(Plans.Planned(0, 100));
        statistics.Add(Plans.Planned(1, 200));
        var text = new StringWriter();
        new DriveSummary(Setup, statistics, TimeSpan.FromSeconds(1), true).WriteText(text);
        var lines = text.ToString().Split(Environment.NewLine);
        Assert.Equal("encode          10.0     20.0     20.0     20.0", lines[1]);
        Assert.Equal("action          40.0     80.0     80.0     80.0", lines[4]);
        Assert.Equal("end to end     100.0    200.0    200.0    200.0", lines[5]);
        Assert.Equal("2 plans in 1.0 s, 2.00 plans/s", lines[6]);
        Assert.Contains("interrupted before the end of the clip", lines);
    }

    [Fact]
    public void The_summary_file_holds_the_same_numbers_in_seconds()
    {
        var statistics = new DriveStatistics();
        statistics.Add(Plans.Planned(0, 100) with { Ade = 2, MinAde = 1 });
        using var json = JsonDocument.Parse(new DriveSummary(Setup, statistics, TimeSpan.FromSeconds(2), false).ToJson());
        var root = json.RootElement;
        Assert.Equal("models/nano", root.GetProperty("model").GetString());
        Assert.Equal(0.1, root.GetProperty("latency_seconds").GetProperty("end_to_end").GetProperty("p50").GetDouble());
        Assert.Equal(0.02, root.GetProperty("latency_seconds").GetProperty("prefill").GetProperty("max").GetDouble());
        Assert.Equal(1, root.GetProperty("frames").GetProperty("planned").GetInt32());
        Assert.Equal(2, root.GetProperty("ade_m").GetDouble());
        Assert.Equal(0.5, root.GetProperty("plans_per_second").GetDouble());
    }
}
