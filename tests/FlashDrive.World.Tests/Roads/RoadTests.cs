using FlashDrive.World.Roads;

namespace FlashDrive.World.Tests.Roads;

public sealed class RoadTests
{
    private static readonly Road Bent = new(-20, 120, [new(10, 70, 0.025, 10)]);

    [Fact]
    public void A_bend_turns_by_its_angle()
    {
        Assert.Equal(0.025 * 50, new Bend(10, 70, 0.025, 10).Angle, 12);
        Assert.Equal(0.025 * 50, Bent.HeadingAt(100), 6);
        Assert.Equal(0, Bent.HeadingAt(5), 12);
    }

    [Fact]
    public void Arc_length_is_length_along_the_curve()
    {
        for (var s = -19.0; s < 119; s += 0.37)
        {
            var (x0, y0) = Bent.PointAt(s, 0);
            var (x1, y1) = Bent.PointAt(s + 0.05, 0);
            Assert.Equal(0.05, Math.Sqrt((x1 - x0) * (x1 - x0) + (y1 - y0) * (y1 - y0)), 5);
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(30.25, 2)]
    [InlineData(55.5, -3)]
    [InlineData(100, 5)]
    public void Projection_finds_the_point_again(double s, double d)
    {
        var (x, y) = Bent.PointAt(s, d);
        var found = Bent.Project(x, y);
        Assert.Equal(s, found.S, 1);
        Assert.Equal(d, found.D, 2);
    }
}
