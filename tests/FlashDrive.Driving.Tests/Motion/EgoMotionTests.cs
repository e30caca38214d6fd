using FlashDrive.Driving.Motion;

namespace FlashDrive.Driving.Tests.Motion;

public class EgoMotionTests
{
    [Fact]
    public void A_cubic_path_is_reproduced_exactly_between_unevenly_spaced_poses()
    {
        // A not-a-knot spline has no freedom left on a cubic, whatever the spacing.
        static Vec3 Path(double t) => new(1 + 2 * t - 3 * t * t + t * t * t, -t * t * t, 0.5 * t);
        long[] times = [0, 100_000, 180_000, 300_000, 360_000, 500_000];
        var motion = new EgoMotion(times.Select(t => new TimedPose(t, new(Path(t * 1e-6), Rotation.Identity))).ToArray());
        for (long t = 0; t <= 500_000; t += 12_500)
        {
            var expected = Path(t * 1e-6) - Path(0);
            Assert.InRange((motion.At(t).Position - expected).Length, 0, 1e-12);
        }
    }

    [Fact]
    public void Two_poses_give_a_line_and_three_a_parabola()
    {
        static EgoMotion Of(int count) => new(Enumerable.Range(0, count).Select(i => At(i * 100_000, i * i)).ToArray());
        Assert.Equal(0.5, Of(2).At(50_000).Position.X, 12);
        Assert.Equal(0.25, Of(3).At(50_000).Position.X, 12);
        Assert.Equal(2.25, Of(3).At(150_000).Position.X, 12);
    }

    [Fact]
    public void Rotation_turns_evenly_between_poses()
    {
        var motion = new EgoMotion([At(0, 0, yaw: 3.0), At(100_000, 1, yaw: -3.0)]);
        // The short way from 3.0 to −3.0 crosses π: 0.283 rad in all.
        Assert.Equal(Math.PI - 0.0708, motion.At(25_000).Rotation.Yaw, 4);
    }

    [Fact]
    public void Nothing_is_extrapolated()
    {
        var motion = new EgoMotion(Line(100));
        Assert.Null(motion.HistoryAt(1_499_999));
        Assert.NotNull(motion.HistoryAt(1_500_000));
        Assert.NotNull(motion.HistoryAt(9_900_000));
        Assert.Null(motion.HistoryAt(9_900_001));
        Assert.NotNull(motion.FutureAt(3_500_000));
        Assert.Null(motion.FutureAt(3_500_001));
        Assert.Null(motion.FutureAt(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => motion.At(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => motion.At(9_900_001));
    }

    [Fact]
    public void Times_near_the_present_keep_their_precision()
    {
        const long epoch = 1_795_000_000_000_000;
        var motion = new EgoMotion(Line(30, epoch));
        Assert.Equal(20 * 1.2345, motion.At(epoch + 1_234_500).Position.X, 9);
    }

    [Fact]
    public void A_constant_motion_has_a_history_everywhere_and_no_ground_truth()
    {
        var motion = EgoMotion.Constant(25);
        Assert.Equal(25, motion.HistoryAt(0)!.Speed, 9);
        Assert.Null(motion.FutureAt(0));
        Assert.True(motion.IsAssumed);
        Assert.Equal(ClipFault.InvalidValue, Assert.Throws<ClipException>(() => EgoMotion.Constant(double.NaN)).Reason);
    }

    [Fact]
    public void Poses_going_backwards_are_refused_by_index_and_time()
    {
        var poses = Line(20);
        poses[7] = poses[7] with { TimestampMicroseconds = 550_000 };
        var error = Refused(poses);
        Assert.Equal(ClipFault.PosesBackwards, error.Reason);
        Assert.Contains("pose 7 at 550000 µs follows 600000 µs", error.Message);
    }

    [Fact]
    public void Two_poses_at_one_time_are_refused()
    {
        var poses = Line(20);
        poses[7] = poses[7] with { TimestampMicroseconds = 600_000 };
        Assert.Equal(ClipFault.PosesBackwards, Refused(poses).Reason);
    }

    [Fact]
    public void A_pose_that_is_not_finite_is_refused_by_index()
    {
        var poses = Line(20);
        poses[3] = new(300_000, new(new(1, double.PositiveInfinity, 0), Rotation.Identity));
        var error = Refused(poses);
        Assert.Equal(ClipFault.PoseNotFinite, error.Reason);
        Assert.Contains("pose 3", error.Message);
    }

    [Fact]
    public void A_quaternion_that_is_not_of_unit_length_is_refused_with_its_norm()
    {
        var poses = Line(20);
        poses[19] = new(1_900_000, new(Vec3.Zero, new(0.5, 0, 0, 0)));
        var error = Refused(poses);
        Assert.Equal(ClipFault.PoseNotUnit, error.Reason);
        Assert.Contains("norm 0.5", error.Message);
    }

    [Fact]
    public void A_gap_longer_than_the_10_Hz_of_the_grid_allows_is_refused()
    {
        var error = Refused([.. Line(20).Where((_, i) => i is not 5)]);
        Assert.Equal(ClipFault.PosesTooSparse, error.Reason);
        Assert.Contains("200 ms", error.Message);
    }

    [Fact]
    public void One_pose_is_not_a_motion() => Assert.Equal(ClipFault.PosesTooFew, Refused(Line(1)).Reason);

    private static ClipException Refused(TimedPose[] poses) => Assert.Throws<ClipException>(() => new EgoMotion(poses));

    private static TimedPose[] Line(int count, long start = 0) =>
        Enumerable.Range(0, count).Select(i => new TimedPose(start + i * 100_000, new(new(2.0 * i, 0, 0), Rotation.Identity))).ToArray();

    private static TimedPose At(long time, double x, double yaw = 0) => new(time, new(new(x, 0, 0), Rotation.FromYaw(yaw)));
}
