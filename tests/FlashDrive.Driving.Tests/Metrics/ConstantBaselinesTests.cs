using FlashDrive.Driving.Metrics;

namespace FlashDrive.Driving.Tests.Metrics;

public class ConstantBaselinesTests
{
    [Fact]
    public void Both_are_exact_on_a_straight_road_at_constant_speed()
    {
        var history = EgoHistory.Straight(20);
        Assert.Equal(0, DisplacementErrors.Average(ConstantBaselines.Velocity(history), Paths.Straight(20)), 9);
        Assert.Equal(0, DisplacementErrors.Average(ConstantBaselines.TurnRate(history), Paths.Straight(20)), 9);
    }

    [Fact]
    public void Constant_turn_rate_follows_a_circle()
    {
        const double radius = 40, rate = 0.2;
        Pose On(double t) => new(new(radius * Math.Sin(rate * t), radius * (1 - Math.Cos(rate * t)), 0), Rotation.FromYaw(rate * t));
        var history = new EgoHistory(Enumerable.Range(-15, 16).Select(k => On(k / 10.0)).ToArray());
        var error = CornerDistance.Minimum([ConstantBaselines.TurnRate(history)], Paths.Of(On));
        // The speed is taken from a chord of 0.02 rad, which is shorter than its arc by 7e-5 of its length: 3.4 mm after 51 m.
        Assert.InRange(error, 0, 0.004);
        Assert.True(DisplacementErrors.Final(ConstantBaselines.Velocity(history), Paths.Of(On)) > 20);
    }
}
