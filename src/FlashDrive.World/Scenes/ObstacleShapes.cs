using FlashDrive.World.Agents;

namespace FlashDrive.World.Scenes;

/// <summary>Rows of cones and parked cars that take one side of the ego's lane.</summary>
internal static class ObstacleShapes
{
    private const double LaneEdge = 1.75, ConeSpacing = 2.6;

    public static Obstacle Cones(Draws draws, double from)
    {
        var side = draws.Chance(0.5) ? -1 : 1;
        var edge = side * draws.Between(0.3, 0.6);
        var parts = new ObstaclePart[5 + draws.Below(4)];
        for (var i = 0; i < parts.Length; i++)
        {
            // The first two narrow the lane step by step.
            var d = i switch { 0 => side * LaneEdge, 1 => (edge + side * LaneEdge) / 2, _ => edge };
            parts[i] = new(from + i * ConeSpacing, d + side * 0.25, 0, Bodies.Cone());
        }
        return new(Cause.Cones, from, from + (parts.Length - 1) * ConeSpacing, side, edge, parts);
    }

    public static Obstacle ParkedCars(Draws draws, double from, int side)
    {
        var edge = side * draws.Between(0.4, 0.65);
        var parts = new ObstaclePart[1 + draws.Below(3)];
        var s = from;
        for (var i = 0; i < parts.Length; i++)
        {
            var body = Bodies.Car(draws);
            parts[i] = new(s + body.Length / 2, edge + side * body.Width / 2, draws.Between(-0.03, 0.03), body);
            s += body.Length + draws.Between(1, 2);
        }
        return new(Cause.ParkedCar, from, s, side, edge, parts);
    }
}
