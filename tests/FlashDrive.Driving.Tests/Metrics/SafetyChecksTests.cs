using FlashDrive.Driving.Metrics;

namespace FlashDrive.Driving.Tests.Metrics;

public class SafetyChecksTests
{
    private static readonly VehicleFootprint Car = new(4, 2);

    [Fact]
    public void A_path_inside_the_road_is_never_off_it() =>
        Assert.Null(SafetyChecks.FirstOffRoad(Paths.Straight(10), Car, Road(length: 100)));

    [Fact]
    public void A_path_leaves_the_road_when_its_front_corner_does()
    {
        // The front is 2 m ahead of the centre: at 10 m/s it passes x = 30.5 between 2.8 s and 2.9 s.
        Assert.Equal(2.9, SafetyChecks.FirstOffRoad(Paths.Straight(10), Car, Road(length: 30.5)));
    }

    [Fact]
    public void A_wheel_over_the_edge_is_off_the_road() =>
        Assert.Equal(0.1, SafetyChecks.FirstOffRoad(Paths.Straight(10, left: 1.01), Car, Road(length: 100)));

    [Fact]
    public void Polygons_form_a_union()
    {
        var area = new DrivablePolygons([[(-5, -2), (20, -2), (20, 2), (-5, 2)], [(19, -2), (90, -2), (90, 2), (19, 2)]]);
        Assert.Null(SafetyChecks.FirstOffRoad(Paths.Straight(10), Car, area));
    }

    [Fact]
    public void A_polygon_of_two_corners_is_refused() =>
        Assert.Contains("polygon 1", Assert.Throws<ArgumentException>(() => new DrivablePolygons([[(0, 0), (1, 0), (0, 1)], [(0, 0), (1, 1)]])).Message);

    [Fact]
    public void A_standing_car_ahead_is_hit_when_the_bumpers_meet() =>
        // Gap 27.5 − 2 − 2 = 23.5 m at 10 m/s.
        Assert.Equal(2.4, SafetyChecks.FirstCollision(Paths.Straight(10), Car, new Moving(t => new(27.5, 0, 0, 4, 2))));

    [Fact]
    public void A_car_that_drives_away_is_not_hit() =>
        Assert.Null(SafetyChecks.FirstCollision(Paths.Straight(10), Car, new Moving(t => new(10 + 10 * t, 0, 0, 4, 2))));

    [Fact]
    public void Boxes_in_neighbour_lanes_do_not_touch() =>
        Assert.Null(SafetyChecks.FirstCollision(Paths.Straight(10), Car, new Moving(t => new(30, 2.01, 0, 4, 2))));

    [Theory]
    [InlineData(2.9, true)]
    [InlineData(3.0, false)]
    public void A_box_turned_by_45_degrees_reaches_half_its_diagonal(double distance, bool overlaps)
    {
        // Half diagonal of a 2·√2 square is 2, half of the 2 m box is 1.
        var turned = new OrientedBox(distance, 0, Math.PI / 4, 2 * Math.Sqrt(2), 2 * Math.Sqrt(2));
        var box = new OrientedBox(0, 0, 0, 2, 2);
        Assert.Equal(overlaps, box.Overlaps(turned));
        Assert.Equal(overlaps, turned.Overlaps(box));
    }

    [Fact]
    public void Turned_boxes_whose_bounding_boxes_meet_need_not_touch() =>
        Assert.False(new OrientedBox(0, 0, Math.PI / 4, 4, 1).Overlaps(new(2, -2, Math.PI / 4, 4, 1)));

    [Fact]
    public void The_footprint_may_lie_ahead_of_the_pose()
    {
        var box = new VehicleFootprint(4, 2, 1.5).At(new(new(1, 1, 0), Rotation.FromYaw(Math.PI / 2)));
        Assert.Equal(1, box.X, 12);
        Assert.Equal(2.5, box.Y, 12);
    }

    private static DrivablePolygons Road(double length) => new([[(-5, -2), (length, -2), (length, 2), (-5, 2)]]);

    private sealed class Moving(Func<double, OrientedBox> box) : IObstacleForecast
    {
        public IReadOnlyList<OrientedBox> At(double seconds) => [box(seconds)];
    }
}
