using FlashDrive.Driving.Metrics;

namespace FlashDrive.Driving.Tests.Metrics;

public class CornerDistanceTests
{
    [Fact]
    public void A_shift_moves_every_corner_by_itself() =>
        Assert.Equal(2, CornerDistance.Minimum([Paths.Straight(10, 2)], Paths.Straight(10)), 12);

    [Fact]
    public void A_half_turn_on_the_spot_moves_each_corner_by_the_diagonal()
    {
        var turned = Paths.Of(t => new(new(10 * t, 0, 0), Rotation.FromYaw(Math.PI)));
        Assert.Equal(5, CornerDistance.Minimum([turned], Paths.Straight(10)), 9);
    }

    [Fact]
    public void The_minimum_is_taken_per_time()
    {
        var earlyGood = Paths.Of(t => new(new(10 * t, t <= 3.2 ? 0 : 4, 0), Rotation.Identity));
        var lateGood = Paths.Of(t => new(new(10 * t, t <= 3.2 ? 4 : 0, 0), Rotation.Identity));
        Assert.Equal(0, CornerDistance.Minimum([earlyGood, lateGood], Paths.Straight(10)), 12);
    }
}
