using System.Globalization;
using FlashDrive.Driving;
using FlashDrive.Driving.Motion;
using FlashDrive.Model.Actions;
using FlashDrive.Model.Configuration;

namespace FlashDrive.Model.Tests.Actions;

public class ActionSpaceTests
{
    private static readonly UnicycleActionSpace Published = new(ModelPreset.Published().Configuration.ActionSpace);

    [Theory]
    [InlineData("", "action_space")]
    [InlineData("alt.", "alt_action_space")]
    public void Every_recorded_window_agrees_both_ways(string prefix, string block)
    {
        using var golden = new GoldenTrajectories(prefix);
        var constants = ActionSpaceConfiguration.Read("config.json", Fixtures.Json("actions", "config.json").GetProperty(block));
        var (space, rounded) = (new UnicycleActionSpace(constants), new UnicycleActionSpace(constants.WithReferenceBf16Constants()));
        for (var w = 0; w < golden.Windows; w++)
        {
            var (history, future) = (golden.Poses("history", w), golden.Poses("future", w));
            var speed = space.SpeedAtT0(history);
            AssertWithin(2e-6, golden.Floats("history_speed", w), space.HistorySpeeds(history));
            AssertWithin(2e-6, golden.Floats("v0", w), [speed]);
            var actions = space.ToActions(future, speed, out var speeds, out var headings);
            Assert.True(RelativeError(golden.Floats("actions", w), actions) <= 2e-6, $"window {w}: {RelativeError(golden.Floats("actions", w), actions)}");
            AssertWithin(1e-5, golden.Floats("states_v_theta", w), [.. speeds.Zip(headings).SelectMany(p => new[] { p.First, p.Second })]);
            var recorded = golden.Floats("actions", w);
            AssertWithin(5e-5, golden.Floats("rollout_xyz", w), Xyz(space.Rollout(recorded, speed), history, golden, w));
            AssertWithin(5e-5, golden.Floats("rollout_xyz_bf16_constants", w), Xyz(rounded.Rollout(recorded, speed), history, golden, w));
            AssertWithin(2e-5, golden.Floats("rollout_rot", w), [.. space.Rollout(recorded, speed).SelectMany(p => RotationOf(p.Yaw))]);
            var noise = golden.Floats("noise_actions", w);
            AssertWithin(5e-5, golden.Floats("noise_rollout_xyz", w), Xyz(space.Rollout(noise, golden.Floats("noise_v0", w)[0]), history, golden, w));
            Assert.Equal(golden.Flag("noise_within_bounds", w) == 1, space.IsWithinBounds(noise));
            Assert.Equal(golden.Flag("actions_within_bounds", w) == 1, space.IsWithinBounds(recorded));
        }
    }

    [Fact]
    public void The_speed_at_t0_of_known_paths_is_the_published_one()
    {
        Assert.Equal(9.999409119, Published.SpeedAtT0(History(t => new(10 * t, 0, 0))), 8);
        Assert.Equal(9.999753022, Published.HistorySpeeds(History(t => new(10 * t, 0, 0)))[7], 8);
        var accelerating = Published.HistorySpeeds(History(t => new(10 * t + t * t, 0, 0)));
        Assert.Equal(6.999589769, accelerating[0], 8);
        Assert.Equal(9.999405733, accelerating[15], 8);
        Assert.Equal(7.999793933, Published.SpeedAtT0(History(t => new(40 * Math.Sin(0.2 * t), 40 * (1 - Math.Cos(0.2 * t)), 0.2 * t))), 8);
    }

    [Fact]
    public void Zero_actions_roll_out_as_published()
    {
        var path = Published.Rollout(new float[128], 10);
        AssertPose(path[0], 1.0001451166, 0.0001346670, 0.0002692559);
        AssertPose(path[31], 32.1482164064, 0.1391220668, 0.0086549479);
        AssertPose(path[63], 64.5912158563, 0.5616333525, 0.0173899169);
    }

    [Fact]
    public void Wavy_actions_roll_out_as_published_with_exact_and_with_rounded_constants()
    {
        var path = Published.Rollout(Wavy(), 10);
        AssertPose(path[0], 1.0001286673, 0.0040585725, 0.0081148786);
        AssertPose(path[31], 32.9759009528, 3.6380583208, 0.1738739769);
        AssertPose(path[63], 66.2146741385, 7.5519827912, 0.0147287993);
        var rounded = new UnicycleActionSpace(Published.Configuration.WithReferenceBf16Constants()).Rollout(Wavy(), 10);
        AssertPose(rounded[31], 32.9744098976, 3.6341691785, 0.1736983577);
        AssertPose(rounded[63], 66.2120285363, 7.5438954220, 0.0147104908);
    }

    [Fact]
    public void Wavy_actions_come_back_with_the_published_deviation()
    {
        var path = Published.Rollout(Wavy(), 10);
        var back = Published.ToActions(path, 10);
        Assert.Equal(-0.0024807666, back[0], 6);
        Assert.Equal(0.4996690103, back[32], 6);
        Assert.Equal(0.3004913176, back[1], 6);
        Assert.Equal(-0.3006389424, back[127], 6);
        var again = Published.Rollout(Array.ConvertAll(back, value => (float)value), 10);
        Assert.Equal(0.00206, again.Zip(path).Max(p => Math.Sqrt(Math.Pow(p.First.X - p.Second.X, 2) + Math.Pow(p.First.Y - p.Second.Y, 2))), 5);
    }

    [Fact]
    public void A_minute_of_real_driving_goes_through_the_action_space_and_back_within_twenty_centimetres()
    {
        // The twelve instants at which the reference was run; it ends 0.197 m off at worst.
        var motion = PoseFile.Read(Path.Combine(Fixtures.Root, "tests", "fixtures", "ego-motion"));
        var instants = Fixtures.Json("actions", "config.json").GetProperty("windows").EnumerateArray().Select(name => name.GetString()!)
            .Where(name => name.StartsWith("real, t0 = ", StringComparison.Ordinal))
            .Select(name => double.Parse(name.Split(' ')[3], CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(12, instants.Length);
        foreach (var seconds in instants)
        {
            var t0 = motion.FirstMicroseconds + (long)(seconds * 1e6);
            var (history, future) = (motion.HistoryAt(t0)!, motion.FutureAt(t0)!);
            var back = Published.ToTrajectory(Published.ToActions(future, history), history);
            Assert.InRange((back.End - future.End).LengthXy, 0.001, 0.2);
        }
    }

    [Fact]
    public void Wrong_counts_are_refused_by_number()
    {
        Assert.Contains("64 waypoints need 128 values", Assert.Throws<ArgumentException>(() => Published.Rollout(new float[126], 10)).Message);
        Assert.Contains("a trajectory has 64 poses, got 3", Assert.Throws<ArgumentException>(() => Published.ToActions(new PlanarPose[3], 10)).Message);
        Assert.Contains("at least 4 history poses, got 3", Assert.Throws<ArgumentException>(() => Published.SpeedAtT0(new PlanarPose[3])).Message);
    }

    [Fact]
    public void A_trajectory_that_is_not_finite_is_refused() =>
        Assert.Throws<InvalidOperationException>(() => Published.ToActions([.. Enumerable.Repeat(new PlanarPose(double.NaN, 0, double.NaN), 64)], 10));

    private static float[] Wavy() => [.. Enumerable.Range(0, 64).SelectMany(k => new[] { (float)(0.5 * Math.Sin(0.1 * k)), (float)(0.3 * Math.Cos(0.05 * k)) })];

    private static PlanarPose[] History(Func<double, PlanarPose> at) => [.. Enumerable.Range(0, 16).Select(i => at((i - 15) * 0.1))];

    private static void AssertPose(PlanarPose pose, double x, double y, double yaw)
    {
        Assert.Equal(x, pose.X, 6);
        Assert.Equal(y, pose.Y, 6);
        Assert.Equal(yaw, pose.Yaw, 7);
    }

    private static double[] Xyz(PlanarPose[] path, PlanarPose[] history, GoldenTrajectories golden, int window)
    {
        var z = golden.Floats("history_xyz", window)[3 * history.Length - 1];
        return [.. path.SelectMany(p => new[] { p.X, p.Y, z })];
    }

    internal static double[] RotationOf(double yaw) => [Math.Cos(yaw), -Math.Sin(yaw), 0, Math.Sin(yaw), Math.Cos(yaw), 0, 0, 0, 1];

    internal static void AssertWithin(double tolerance, float[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var worst = expected.Zip(actual).Max(p => Math.Abs(p.First - p.Second));
        Assert.True(worst <= tolerance, $"worst deviation {worst}, allowed {tolerance}");
    }

    private static double RelativeError(float[] expected, double[] actual) =>
        Math.Sqrt(expected.Zip(actual).Sum(p => Math.Pow(p.First - p.Second, 2)) / expected.Sum(e => (double)e * e));
}
