using FlashDrive.Actors.Supervision;

namespace FlashDrive.Actors.Tests.Supervision;

public class FailureBudgetTests
{
    private readonly FailureBudget _budget = new();

    [Fact]
    public void Five_failures_of_one_of_several_streams_degrade_that_stream_and_never_the_pipeline()
    {
        for (var i = 0; i < 4; i++) Assert.Equal(FailureVerdict.None, Charge(0, i));
        for (var i = 4; i < 50; i++) Assert.Equal(FailureVerdict.DegradeStream, Charge(0, i));
    }

    [Fact]
    public void Five_failures_of_two_streams_restart_the_pipeline_and_are_forgotten()
    {
        for (var i = 0; i < 4; i++) Assert.Equal(FailureVerdict.None, Charge(i % 2, i));
        Assert.Equal(FailureVerdict.RestartPipeline, Charge(0, 4));
        Assert.Equal(FailureVerdict.None, Charge(1, 5));
    }

    [Fact]
    public void Five_failures_of_the_only_stream_restart_the_pipeline()
    {
        for (var i = 0; i < 4; i++) Assert.Equal(FailureVerdict.None, Charge(0, i, openStreams: 1));
        Assert.Equal(FailureVerdict.RestartPipeline, Charge(0, 4, openStreams: 1));
    }

    [Fact]
    public void Five_failures_with_no_frame_in_hand_restart_the_pipeline()
    {
        for (var i = 0; i < 4; i++) Assert.Equal(FailureVerdict.None, Charge(-1, i));
        Assert.Equal(FailureVerdict.RestartPipeline, Charge(-1, 4));
    }

    [Fact]
    public void Failures_older_than_sixty_seconds_do_not_count()
    {
        for (var i = 0; i < 4; i++) Charge(0, i);
        Assert.Equal(FailureVerdict.None, Charge(0, 60.5));
        Assert.Equal(4, _budget.CountOf(0, TimeSpan.FromSeconds(60.5)));
        Assert.Equal(0, _budget.CountOf(0, TimeSpan.FromSeconds(200)));
    }

    [Theory]
    [InlineData(0, 0.1)]
    [InlineData(1, 0.2)]
    [InlineData(5, 3.2)]
    [InlineData(6, 5)]
    [InlineData(1000, 5)]
    public void The_back_off_of_admission_doubles_up_to_five_seconds(int failure, double seconds) =>
        Assert.Equal(seconds, FailureBudget.Backoff(failure).TotalSeconds, 9);

    private FailureVerdict Charge(int stream, double seconds, int openStreams = 4) => _budget.Charge(stream, openStreams, TimeSpan.FromSeconds(seconds));
}
