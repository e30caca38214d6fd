using FlashDrive.Driving;
using FlashDrive.Inference.Publishing;

namespace FlashDrive.Inference.Tests.Publishing;

public class FallbackTests
{
    private static readonly Trajectory AtTenMetresPerSecond = Straight(10);

    [Fact]
    public void It_goes_on_where_the_plan_would_be_and_brakes_to_rest()
    {
        var fallback = Fallback.Of(AtTenMetresPerSecond, TimeSpan.FromSeconds(1))!;

        // 10 m/s at 2 m/s²: 5 s and 25 m to rest, out of 54 m that are left.
        Assert.Equal(0.99, fallback[0].Position.X, 6);
        Assert.Equal(25, fallback.End.X, 6);
        Assert.Equal(fallback[50].Position.X, fallback.End.X, 9);
    }

    [Fact]
    public void It_brakes_harder_where_the_path_ends_before_it_would_rest()
    {
        // 4 m are left at 10 m/s: 12.5 m/s² bring it to rest at the end of the path.
        var fallback = Fallback.Of(AtTenMetresPerSecond, TimeSpan.FromSeconds(6))!;

        Assert.Equal(4, fallback.End.X, 6);
    }

    [Fact]
    public void It_follows_the_plans_curve_in_the_ego_frame_at_that_moment()
    {
        var poses = new Pose[Trajectory.Points];
        for (var k = 0; k < poses.Length; k++)
        {
            var angle = 0.02 * (k + 1);
            poses[k] = new(new(50 * Math.Sin(angle), 50 * (1 - Math.Cos(angle)), 0), Rotation.FromYaw(angle));
        }
        var fallback = Fallback.Of(new(poses), TimeSpan.FromSeconds(2))!;

        // On a circle of 50 m to the left the same circle goes on: y = 50 − sqrt(50² − x²), up to the chords' sag.
        foreach (var pose in fallback.Poses) Assert.Equal(50 - Math.Sqrt(2500 - pose.Position.X * pose.Position.X), pose.Position.Y, tolerance: 0.01);
        Assert.True(fallback.End.Y > 1);
    }

    [Fact]
    public void It_stays_where_it_rests() =>
        Assert.All(Fallback.Of(Straight(0), TimeSpan.FromSeconds(3))!.Poses.ToArray(), pose => Assert.Equal(0, pose.Position.Length, 9));

    [Theory]
    [InlineData(6.4)]
    [InlineData(100)]
    [InlineData(-0.1)]
    public void It_ends_with_the_plans_horizon(double elapsed) => Assert.Null(Fallback.Of(AtTenMetresPerSecond, TimeSpan.FromSeconds(elapsed)));

    private static Trajectory Straight(double speed)
    {
        var poses = new Pose[Trajectory.Points];
        for (var k = 0; k < poses.Length; k++) poses[k] = new(new(speed * 0.1 * (k + 1), 0, 0), Rotation.Identity);
        return new(poses);
    }
}
