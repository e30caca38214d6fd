using FlashDrive.World.Rendering;
using FlashDrive.World.Roads;

namespace FlashDrive.World.Scenes;

/// <summary>Buildings and trees along a road. They depend on their own draws only, never on what happens in the scene.</summary>
internal static class Surroundings
{
    private static readonly Rgb[] Walls =
        [new(178, 150, 128), new(150, 152, 158), new(196, 186, 164), new(142, 112, 100), new(120, 130, 142), new(204, 200, 196), new(162, 140, 104)];

    private static readonly Rgb[] Leaves = [new(52, 98, 44), new(66, 112, 48), new(40, 82, 52), new(84, 108, 50)];

    public static (IReadOnlyList<Building>, IReadOnlyList<Tree>) Draw(Draws draws, Road road, LaneLayout lanes, IReadOnlyList<Junction> junctions)
    {
        var buildings = new List<Building>();
        var trees = new List<Tree>();
        var density = draws.Between(0.15, 0.95);
        foreach (var side in (ReadOnlySpan<int>)[1, -1])
        {
            var edge = (side > 0 ? lanes.LeftEdge : -lanes.RightEdge) + LaneLayout.Pavement;
            for (var s = road.Start + 20; s < road.End;)
            {
                var length = draws.Between(9, 20);
                var depth = draws.Between(8, 14);
                var setBack = draws.Between(2.5, 7);
                var height = draws.Between(5, 15);
                var colour = draws.Pick<Rgb>(Walls);
                var pattern = draws.Below(256);
                var wanted = draws.Chance(density);
                var d = side * (edge + setBack + depth / 2);
                if (wanted && IsFree(road, s, length, side, edge + setBack + depth, junctions))
                    buildings.Add(new(s + length / 2, d, length, depth, height, colour, (int)(height / 3), pattern));
                s += length + draws.Between(2, 9);
            }
            for (var s = road.Start + 20; s < road.End;)
            {
                s += draws.Between(8, 26);
                var away = edge + draws.Between(0.8, density < 0.5 ? 14 : 2);
                var tree = new Tree(s, side * away, draws.Between(4.5, 8.5), draws.Between(1.2, 2.3), draws.Pick<Rgb>(Leaves), draws.Chance(0.35));
                if (IsFree(road, s - 2, 4, side, away + 2, junctions)) trees.Add(tree);
            }
        }
        return (buildings, trees);
    }

    /// <summary>Nothing stands on a crossing road, nor on the inside of a bend where the road comes back towards it, nor just outside it.</summary>
    private static bool IsFree(Road road, double s, double length, int side, double reach, IReadOnlyList<Junction> junctions)
    {
        foreach (var junction in junctions)
        {
            if (s < junction.To + 4 && s + length > junction.From - 4) return false;
        }
        for (var x = 0.0; x <= length; x += length / 3)
        {
            foreach (var depth in (ReadOnlySpan<double>)[reach, reach / 2])
            {
                var (px, py) = road.PointAt(s + x, side * depth);
                if (Math.Abs(road.Project(px, py).D) < depth - 2) return false;
            }
        }
        return true;
    }
}
