namespace FlashDrive.Driving.Tests;

public class EgoHistoryTests
{
    [Fact]
    public void World_poses_are_seen_from_the_newest_one()
    {
        var world = Enumerable.Range(0, 16).Select(i => new Pose(new(100, 50 + 2 * i, 3), Rotation.FromYaw(Math.PI / 2))).ToArray();
        var history = EgoHistory.FromWorld(world);
        Assert.Equal(Pose.Identity, history[15]);
        Assert.Equal(-30, history[0].Position.X, 9);
        Assert.Equal(0, history[0].Position.Y, 9);
        Assert.Equal(20, history.Speed, 9);
        Assert.Equal(0, history.YawRate, 9);
    }

    [Fact]
    public void A_straight_history_has_its_speed() => Assert.Equal(25, EgoHistory.Straight(25).Speed, 9);

    [Fact]
    public void A_left_turn_has_a_positive_yaw_rate()
    {
        var world = Enumerable.Range(0, 16).Select(i => new Pose(Vec3.Zero, Rotation.FromYaw(0.03 * i))).ToArray();
        Assert.Equal(0.3, EgoHistory.FromWorld(world).YawRate, 9);
    }

    [Fact]
    public void Another_number_of_poses_is_refused() =>
        Assert.Contains("16 poses", Assert.Throws<ArgumentException>(() => new EgoHistory(new Pose[15])).Message);

    [Fact]
    public void A_newest_pose_away_from_the_origin_is_refused()
    {
        var poses = Enumerable.Repeat(Pose.Identity, 16).ToArray();
        poses[15] = new(new(1, 0, 0), Rotation.Identity);
        Assert.Contains("identity", Assert.Throws<ArgumentException>(() => new EgoHistory(poses)).Message);
    }

    [Fact]
    public void A_pose_that_is_not_finite_is_refused_by_its_index()
    {
        var poses = Enumerable.Repeat(Pose.Identity, 16).ToArray();
        poses[4] = new(new(double.NaN, 0, 0), Rotation.Identity);
        Assert.Contains("pose 4", Assert.Throws<ArgumentException>(() => new EgoHistory(poses)).Message);
    }

    [Fact]
    public void A_quaternion_that_is_not_of_unit_length_is_refused_by_its_index()
    {
        var poses = Enumerable.Repeat(Pose.Identity, 16).ToArray();
        poses[7] = new(Vec3.Zero, new(2, 0, 0, 0));
        Assert.Contains("pose 7", Assert.Throws<ArgumentException>(() => new EgoHistory(poses)).Message);
    }
}
