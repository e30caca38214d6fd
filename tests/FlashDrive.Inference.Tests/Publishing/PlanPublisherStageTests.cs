using FlashDrive.Driving;
using FlashDrive.Inference.Publishing;

namespace FlashDrive.Inference.Tests.Publishing;

public class PlanPublisherStageTests
{
    private readonly PlanPublisherStage _stage = new(new(Ms(200), Ms(500), Ms(300), Ms(500)));
    private readonly PublisherState _state = new();

    [Theory]
    [InlineData(0, PublishDecision.Publish)]
    [InlineData(200, PublishDecision.Publish)]
    [InlineData(201, PublishDecision.Late)]
    [InlineData(499, PublishDecision.Late)]
    [InlineData(500, PublishDecision.Stale)]
    [InlineData(5000, PublishDecision.Stale)]
    public void A_plan_is_weighed_by_its_age(int age, PublishDecision decision) =>
        Assert.Equal(decision, _stage.Decide(_state, PlanOf(1), 1, Ms(1000), Ms(1000 + age)));

    [Fact]
    public void A_plan_that_a_newer_one_has_overtaken_never_leaves()
    {
        Assert.Equal(PublishDecision.Publish, _stage.Decide(_state, PlanOf(5), 5, Ms(0), Ms(10)));
        Assert.Equal(PublishDecision.Overtaken, _stage.Decide(_state, PlanOf(4), 4, Ms(0), Ms(20)));
        Assert.Equal(PublishDecision.Overtaken, _stage.Decide(_state, PlanOf(5), 5, Ms(0), Ms(20)));
        Assert.Equal(PublishDecision.Publish, _stage.Decide(_state, PlanOf(6), 6, Ms(0), Ms(20)));
    }

    [Fact]
    public void A_stale_plan_does_not_become_the_one_the_fallback_follows()
    {
        _stage.Decide(_state, PlanOf(1), 1, Ms(0), Ms(500));

        Assert.Null(_state.Last);
        Assert.Null(_stage.Fallback(_state, Ms(600)));
    }

    [Fact]
    public void The_fallback_is_the_last_plan_shifted_by_its_frames_age()
    {
        _stage.Decide(_state, PlanOf(1), 1, Ms(100), Ms(150));

        var fallback = _stage.Fallback(_state, Ms(1100))!;

        Assert.Equal(1, fallback.FrameId);
        Assert.Equal(Fallback.Of(_state.Last!.Trajectories[0], Ms(1000))!.Poses.ToArray(), fallback.Trajectories[0].Poses.ToArray());
        Assert.Null(_stage.Fallback(_state, Ms(6500)));
    }

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private static Plan PlanOf(long frame)
    {
        var poses = new Pose[Trajectory.Points];
        for (var k = 0; k < poses.Length; k++) poses[k] = new(new(k + 1, 0, 0), Rotation.Identity);
        return new(frame, 0, [new("", [], true)], [new(poses)], new float[128], false, null);
    }
}
