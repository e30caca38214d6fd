using FlashDrive.World.Roads;
using FlashDrive.World.Scenes;

namespace FlashDrive.World.Rendering;

/// <summary>The ground of a scene as quads in painting order: pavements, crossing roads, carriageway, lines.</summary>
internal sealed class RoadMesh
{
    private const double Dash = 3, DashPeriod = 9, Line = 0.2, CrossRoadReach = 70;

    private readonly List<Quad> _quads = [];
    private readonly Scene _scene;

    private readonly record struct Quad(double FromS, double ToS, GroundMaterial Material, (float X, float Y) A, (float X, float Y) B, (float X, float Y) C, (float X, float Y) D);

    public RoadMesh(Scene scene)
    {
        _scene = scene;
        var lanes = scene.Lanes;
        double left = lanes.LeftEdge, right = lanes.RightEdge;
        Strips(left, left + LaneLayout.Pavement, GroundMaterial.Pavement, 0);
        Strips(right - LaneLayout.Pavement, right, GroundMaterial.Pavement, 0);
        foreach (var junction in scene.Junctions)
        {
            Add(junction.From - 1.5, junction.To + 1.5, -CrossRoadReach, CrossRoadReach, GroundMaterial.Pavement);
            Add(junction.From, junction.To, -CrossRoadReach, CrossRoadReach, GroundMaterial.Asphalt);
        }
        Strips(right, left, GroundMaterial.Asphalt, 0);
        Strips(left - 0.45, left - 0.45 + Line, GroundMaterial.WhiteLine, 1);
        Strips(right + 0.45 - Line, right + 0.45, GroundMaterial.WhiteLine, 1);
        if (lanes.IsTwoWay)
        {
            Strips(lanes.Divider - 0.28, lanes.Divider - 0.08, GroundMaterial.YellowLine, 1);
            Strips(lanes.Divider + 0.08, lanes.Divider + 0.28, GroundMaterial.YellowLine, 1);
        }
        else
        {
            for (var s = scene.Road.Start; s < scene.Road.End - Dash; s += DashPeriod)
            {
                if (!InJunction(s, s + Dash)) Add(s, s + Dash, lanes.Divider - Line / 2, lanes.Divider + Line / 2, GroundMaterial.WhiteLine);
            }
        }
        var stopFrom = Math.Min(-LaneLayout.LaneWidth / 2, lanes.IsTwoWay ? double.MaxValue : right + Shoulder);
        var stopTo = lanes.IsTwoWay ? LaneLayout.LaneWidth / 2 : left - Shoulder;
        foreach (var junction in scene.Junctions) Add(junction.StopLine, junction.StopLine + 0.6, stopFrom, stopTo, GroundMaterial.StopLine);
        foreach (var crossing in scene.Crossings)
        {
            for (var d = right + 0.7; d < left - 0.7; d += 1.0) Add(crossing - 1.4, crossing + 1.4, d, d + 0.5, GroundMaterial.StopLine);
        }
    }

    private static double Shoulder => LaneLayout.Shoulder;

    public void Paint(View view, double fromS, double toS)
    {
        Span<(float X, float Y)> corners = stackalloc (float X, float Y)[4];
        foreach (ref readonly var quad in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_quads))
        {
            if (quad.ToS < fromS || quad.FromS > toS) continue;
            corners[0] = quad.A;
            corners[1] = quad.B;
            corners[2] = quad.C;
            corners[3] = quad.D;
            view.Ground(corners, quad.Material);
        }
    }

    private bool InJunction(double from, double to) => _scene.Junctions.Any(j => to > j.StopLine && from < j.To + 1);

    /// <summary>A band along the whole road, cut where the road turns and, for lines (<paramref name="gaps"/> 1), at junctions.</summary>
    private void Strips(double fromD, double toD, GroundMaterial material, int gaps)
    {
        var road = _scene.Road;
        for (var s = road.Start; s < road.End - 1;)
        {
            var length = 1.0;
            var heading = road.HeadingAt(s);
            while (length < 12 && Math.Abs(road.HeadingAt(s + length + 1) - heading) < 0.07) length += 1;
            var end = Math.Min(road.End, s + length);
            if (gaps == 0 || !InJunction(s, end)) Add(s, end, fromD, toD, material);
            else
            {
                for (var piece = s; piece < end; piece += 1)
                {
                    if (!InJunction(piece, piece + 1)) Add(piece, Math.Min(end, piece + 1), fromD, toD, material);
                }
            }
            s = end;
        }
    }

    private void Add(double fromS, double toS, double fromD, double toD, GroundMaterial material) =>
        _quads.Add(new(fromS, toS, material, At(fromS, fromD), At(toS, fromD), At(toS, toD), At(fromS, toD)));

    private (float X, float Y) At(double s, double d)
    {
        var (x, y) = _scene.Road.PointAt(s, d);
        return ((float)x, (float)y);
    }
}
