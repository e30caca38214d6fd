using FlashDrive.Driving;
using FlashDrive.Inference.Guard;

namespace FlashDrive.Inference.Tests.Guard;

public class PlanGuardStageTests
{
    private const double Speed = 10;
    private static readonly GuardLimits Limits = new((-9.8, 9.8), (-0.2, 0.2), 1.98);
    private static readonly EgoHistory History = EgoHistory.Straight(Speed);

    private readonly PlanGuardStage _guard = new(Limits);

    [Fact]
    public void A_plan_that_goes_on_at_the_ego_speed_passes() => Assert.Null(_guard.Check(PlanOf(Rolled(_ => 0, _ => 0)), History));

    [Fact]
    public void A_plan_at_the_bounds_passes() => Assert.Null(_guard.Check(PlanOf(Rolled(k => k < 8 ? -9.8 : 0, _ => 0.2)), History));

    [Fact]
    public void A_plan_that_reverses_within_the_bounds_passes() => Assert.Null(_guard.Check(PlanOf(Rolled(_ => -3, _ => 0.05)), History));

    /// <summary>One injected case per rule.</summary>
    [Theory]
    [InlineData("points")]
    [InlineData("finite")]
    [InlineData("speed")]
    [InlineData("acceleration")]
    [InlineData("curvature")]
    public void A_plan_that_breaks_a_rule_is_refused_by_its_name(string rule)
    {
        Assert.Contains(rule, PlanGuardStage.Rules);
        var plan = rule switch
        {
            "points" => PlanOf(Rolled(_ => 0, _ => 0)) with { Actions = new float[127] },
            "finite" => PlanOf(Changed(poses => poses[40] = new(new(double.NaN, 0, 0), Rotation.Identity))),
            "speed" => PlanOf(Rolled(_ => 0, _ => 0, speed: Speed + 2.1)),
            "acceleration" => PlanOf(Rolled(k => k is 30 or 31 ? 11 : 0, _ => 0)),
            _ => PlanOf(Rolled(_ => 0, k => k == 30 ? 0.25 : 0)),
        };

        Assert.Equal(rule, _guard.Check(plan, History));
    }

    [Fact]
    public void A_plan_without_a_trajectory_is_refused() =>
        Assert.Equal("points", _guard.Check(PlanOf(Rolled(_ => 0, _ => 0)) with { Trajectories = [] }, History));

    [Fact]
    public void One_bad_sample_refuses_the_whole_plan()
    {
        var good = Rolled(_ => 0, _ => 0);
        var plan = PlanOf(good) with { Trajectories = [good, Rolled(k => k is 30 or 31 ? -11 : 0, _ => 0)], Actions = new float[256] };

        Assert.Equal("acceleration", _guard.Check(plan, History));
    }

    [Fact]
    public void A_heading_that_turns_on_the_spot_has_no_curvature()
    {
        var resting = new Pose[Trajectory.Points];
        for (var k = 0; k < resting.Length; k++) resting[k] = new(Vec3.Zero, Rotation.FromYaw(0.01 * k));

        Assert.Null(_guard.Check(PlanOf(new Trajectory(resting)), EgoHistory.Straight(0)));
    }

    /// <summary>A unicycle's path: acceleration and curvature by step.</summary>
    private static Trajectory Rolled(Func<int, double> acceleration, Func<int, double> curvature, double speed = Speed)
    {
        var poses = new Pose[Trajectory.Points];
        double x = 0, y = 0, yaw = 0;
        for (var k = 0; k < poses.Length; k++)
        {
            var next = speed + 0.1 * acceleration(k);
            var metres = (speed + next) / 2 * 0.1;
            var turned = yaw + curvature(k) * metres;
            (x, y) = (x + metres * Math.Cos((yaw + turned) / 2), y + metres * Math.Sin((yaw + turned) / 2));
            (speed, yaw) = (next, turned);
            poses[k] = new(new(x, y, 0), Rotation.FromYaw(yaw));
        }
        return new(poses);
    }

    private static Trajectory Changed(Action<Pose[]> change)
    {
        var poses = Rolled(_ => 0, _ => 0).Poses.ToArray();
        change(poses);
        return new(poses);
    }

    private static Plan PlanOf(Trajectory trajectory) => new(0, 0, [new("", [], true)], [trajectory], new float[128], false, null);
}
