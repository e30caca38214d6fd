using FlashDrive.Runtime.Stalls;

namespace FlashDrive.Runtime.Tests.Stalls;

public class StallDetectorTests
{
    private readonly StallDetector _detector = new(Ms(10), Ms(50));

    [Fact]
    public void A_late_wake_up_is_a_standstill_of_the_process_with_the_collectors_part_apart()
    {
        Assert.Null(_detector.Woke(Ms(0), Ms(3)));
        Assert.Null(_detector.Woke(Ms(10), Ms(3)));
        // 60 ms are 50 beyond the period: the bound itself is no stall.
        Assert.Null(_detector.Woke(Ms(70), Ms(3)));
        Assert.Equal(new Stall(StallKind.Process, Ms(80), Ms(25)), _detector.Woke(Ms(160), Ms(28)));
        Assert.Null(_detector.Woke(Ms(170), Ms(28)));
    }

    [Fact]
    public void A_probe_that_waits_too_long_is_told_once_and_the_next_is_sent_after_its_answer()
    {
        Assert.True(_detector.MayAsk);
        _detector.Asked(Ms(0), Ms(1));
        Assert.False(_detector.MayAsk);
        Assert.Null(_detector.Look(Ms(50), Ms(1), isAnswered: false));
        Assert.Equal(new Stall(StallKind.ThreadPool, Ms(60), Ms(4)), _detector.Look(Ms(60), Ms(5), isAnswered: false));
        Assert.Null(_detector.Look(Ms(500), Ms(5), isAnswered: false));
        Assert.False(_detector.MayAsk);
        Assert.Null(_detector.Look(Ms(510), Ms(5), isAnswered: true));
        Assert.True(_detector.MayAsk);
    }

    [Fact]
    public void A_probe_answered_late_between_two_looks_is_told_too()
    {
        _detector.Asked(Ms(0), Ms(0));
        Assert.Equal(StallKind.ThreadPool, _detector.Look(Ms(51), Ms(0), isAnswered: true)!.Value.Kind);
        Assert.True(_detector.MayAsk);
    }

    [Fact]
    public void A_standstill_of_the_process_is_not_counted_again_as_one_of_the_pool()
    {
        _detector.Woke(Ms(0), Ms(0));
        _detector.Asked(Ms(0), Ms(0));
        Assert.Equal(StallKind.Process, _detector.Woke(Ms(200), Ms(0))!.Value.Kind);
        Assert.Null(_detector.Look(Ms(200), Ms(0), isAnswered: false));
        Assert.Null(_detector.Look(Ms(210), Ms(0), isAnswered: true));
    }

    private static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
