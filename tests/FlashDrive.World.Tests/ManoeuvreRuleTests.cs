using FlashDrive.Driving;

namespace FlashDrive.World.Tests;

public sealed class ManoeuvreRuleTests
{
    private const double Speed = 10;

    [Theory]
    [InlineData(Manoeuvre.Follow, 0, 0, 0)]
    [InlineData(Manoeuvre.Follow, 0.2, 0.4, 0)]
    [InlineData(Manoeuvre.Accelerate, 1, 0, 0)]
    [InlineData(Manoeuvre.SlowDown, -0.6, 0, 0)]
    [InlineData(Manoeuvre.SlowDown, -1.2, -0.2, 0)]
    [InlineData(Manoeuvre.Stop, -2.5, 0, 0)]
    [InlineData(Manoeuvre.NudgeLeft, -0.3, 1.2, 0)]
    [InlineData(Manoeuvre.NudgeRight, -0.3, -0.9, 0)]
    [InlineData(Manoeuvre.Yield, -2.5, -0.7, 0)]
    [InlineData(Manoeuvre.CurveLeft, -0.5, 0, 0.9)]
    [InlineData(Manoeuvre.CurveRight, -0.5, 0, -0.9)]
    public void Paths_are_told_apart_by_speed_shift_and_turn(Manoeuvre expected, double acceleration, double shift, double turn)
    {
        var history = EgoHistory.Straight(Speed);
        var future = Path(acceleration, shift, turn);
        Assert.Equal(expected, ManoeuvreRule.Classify(history, future));
        Assert.All(Enum.GetValues<Manoeuvre>(), m => Assert.Equal(m == expected, ManoeuvreRule.Agrees(m, history, future)));
    }

    /// <summary>Constant acceleration to a stand, a shift and a turn that grow evenly over the 6.4 s.</summary>
    private static Trajectory Path(double acceleration, double shift, double turn)
    {
        var poses = new Pose[Trajectory.Points];
        double x = 0, y = 0, speed = Speed;
        for (var i = 0; i < poses.Length; i++)
        {
            var part = (i + 1.0) / poses.Length;
            speed = Math.Max(0, speed + acceleration * 0.1);
            x += speed * 0.1 * Math.Cos(turn * part);
            y += speed * 0.1 * Math.Sin(turn * part);
            poses[i] = new(new(x, y + shift * part, 0), Rotation.FromYaw(turn * part));
        }
        return new(poses);
    }
}
