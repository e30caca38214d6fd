using FlashDrive.Driving;
using FlashDrive.World.Agents;
using FlashDrive.World.Roads;
using FlashDrive.World.Scenes;

namespace FlashDrive.World.Rendering;

/// <summary>Paints a scene at a moment through one camera. Immutable after construction; every thread paints on a canvas of its own.</summary>
internal sealed class ScenePainter
{
    private const double BehindMetres = 30, AheadMetres = 185;

    [ThreadStatic] private static (Canvas Canvas, View View)? _scratch;

    private readonly Scene _scene;
    private readonly RoadMesh _mesh;
    private readonly (Frame Frame, float X, float Y, float Radius, int RoadSide)[] _buildings;
    private readonly (float X, float Y)[] _trees;
    private readonly (Frame Frame, double S, int Side)[] _chevrons;
    private readonly (Frame Frame, ObstaclePart Part, Cause Cause, float X, float Y)[] _parts;

    public ScenePainter(Scene scene)
    {
        _scene = scene;
        var road = scene.Road;
        _mesh = new RoadMesh(scene);
        _buildings = scene.Buildings.Select(b =>
        {
            var (frame, x, y) = FrameAt(b.S, b.D, 0);
            return (frame, x, y, (float)(b.Length + b.Depth + b.Height) / 2, b.D > 0 ? -1 : 1);
        }).ToArray();
        _trees = scene.Trees.Select(t => Place(t.S, t.D)).ToArray();
        _chevrons = scene.Road.Bends.Where(b => Math.Abs(b.Curvature) > 1 / 42.0).SelectMany(Chevrons).ToArray();
        _parts = scene.Obstacles.SelectMany(o => o.Parts.Select(p =>
        {
            var (frame, x, y) = FrameAt(p.S, p.D, p.Yaw);
            return (frame, p, o.Cause, x, y);
        })).ToArray();
    }

    /// <param name="time">Seconds; indicators blink and legs swing by it.</param>
    /// <param name="counts">Pixels of each class are added here when not empty.</param>
    public void Paint(CameraMount mount, Pose ego, double egoS, ReadOnlySpan<AgentState> agents, double time, int width, int height, Span<byte> rgb, Span<byte> classes, Span<int> counts)
    {
        var (canvas, view) = _scratch ??= CreateScratch();
        view.Begin(mount, ego, _scene.Light, width, height);
        _mesh.Paint(view, egoS - BehindMetres, egoS + AheadMetres);
        PaintShadows(view, agents);
        PaintSurroundings(view, egoS);
        PaintObstacles(view);
        for (var i = 0; i < agents.Length; i++) PaintAgent(view, _scene.Agents[i], agents[i], time);
        canvas.Read(rgb, classes);
        if (!counts.IsEmpty) canvas.CountClasses(counts);
    }

    private static (Canvas, View) CreateScratch()
    {
        var canvas = new Canvas();
        return (canvas, new View(canvas));
    }

    private void PaintShadows(View view, ReadOnlySpan<AgentState> agents)
    {
        foreach (ref readonly var part in _parts.AsSpan())
        {
            if (part.Cause == Cause.ParkedCar) VehiclePainter.PaintShadow(view, part.Frame, part.Part.Body);
        }
        for (var i = 0; i < agents.Length; i++)
        {
            var agent = _scene.Agents[i];
            if (agent.Role is AgentRole.TrafficLight) continue;
            VehiclePainter.PaintShadow(view, FrameAt(agents[i].S, agents[i].D, agents[i].Yaw).Frame, agent.Body);
        }
    }

    private void PaintSurroundings(View view, double egoS)
    {
        for (var i = 0; i < _buildings.Length; i++)
        {
            var building = _scene.Buildings[i];
            var (frame, x, y, radius, roadSide) = _buildings[i];
            if (view.Sees(x, y, (float)building.Height / 2, radius)) PaintBuildingAt(view, frame, building, roadSide, Math.Abs(building.S - egoS) < 80);
        }
        for (var i = 0; i < _trees.Length; i++)
        {
            var (x, y) = _trees[i];
            if (view.Sees(x, y, 3, 5)) PropPainter.PaintTree(view, x, y, _scene.Trees[i]);
        }
        foreach (ref readonly var chevron in _chevrons.AsSpan()) PropPainter.PaintChevron(view, chevron.Frame, chevron.Side);
        foreach (var passage in _scene.Passages)
        {
            var frame = FrameAt(passage.From, 0, 0).Frame;
            var length = (float)(passage.To - passage.From);
            PropPainter.PaintBarrier(view, frame, length, (float)_scene.Lanes.RightEdge, (float)passage.RightEdge);
            PropPainter.PaintBarrier(view, frame, length, (float)passage.LeftEdge, (float)_scene.Lanes.LeftEdge);
        }
    }

    private static void PaintBuildingAt(View view, in Frame frame, in Building building, int roadSide, bool windows) => PropPainter.PaintBuilding(view, frame, building, roadSide, windows);

    private void PaintObstacles(View view)
    {
        foreach (ref readonly var part in _parts.AsSpan())
        {
            if (!view.Sees(part.X, part.Y, 1, 4)) continue;
            if (part.Cause == Cause.Cones) PropPainter.PaintCone(view, part.X, part.Y, part.Part.Body);
            else VehiclePainter.Paint(view, part.Frame, part.Part.Body, default, ObjectClass.ParkedCar);
        }
    }

    private void PaintAgent(View view, Agent agent, in AgentState state, double time)
    {
        if (agent.Role == AgentRole.TrafficLight)
        {
            PaintSignal(view, state);
            return;
        }
        var (frame, x, y) = FrameAt(state.S, state.D, state.Yaw);
        if (!view.Sees(x, y, 1, 4)) return;
        if (agent.Role == AgentRole.Pedestrian)
        {
            var walking = state.LateralSpeed != 0;
            var looks = walking ? Math.Sign(state.LateralSpeed) : state.D > 0 ? -1 : 1;
            var facing = FrameAt(state.S, state.D, looks * Math.PI / 2).Frame;
            var stride = walking ? (float)Math.Sin(time * 6) : 0;
            var onRoad = walking && state.D < _scene.Lanes.LeftEdge && state.D > _scene.Lanes.RightEdge;
            PropPainter.PaintWalker(view, facing, agent.Body, stride, onRoad ? ObjectClass.PedestrianCrossing : ObjectClass.PedestrianOnKerb);
            return;
        }
        var blinks = ((int)Math.Floor(time * 10 + 0.01) % 6 + 6) % 6 < 4;
        VehiclePainter.Paint(view, frame, agent.Body, new(state.Braking, blinks ? state.Indicator : 0, agent.Role == AgentRole.Oncoming), ClassOf(agent.Role, state));
    }

    private static ObjectClass ClassOf(AgentRole role, in AgentState state) => role switch
    {
        AgentRole.Oncoming => ObjectClass.OncomingCar,
        AgentRole.Neighbour => ObjectClass.NeighbourCar,
        AgentRole.CutIn when state.LateralSpeed != 0 => ObjectClass.CutInCar,
        AgentRole.CutIn when Math.Abs(state.D) > LaneLayout.LaneWidth / 2 => ObjectClass.NeighbourCar,
        _ => ObjectClass.LeadVehicle,
    };

    /// <summary>One head beside the stop line on the right, one hung over the ego's lane beyond the junction.</summary>
    private void PaintSignal(View view, in AgentState state)
    {
        var stopLine = state.S;
        var beside = (float)_scene.Lanes.RightEdge - 0.6f;
        var near = FrameAt(stopLine + 0.8, 0, 0).Frame;
        PropPainter.PaintPole(view, near, beside, 2.4f);
        PropPainter.PaintSignalHead(view, near, beside, 2.1f, state.Lamp);
        var junction = _scene.Junctions.First(j => j.StopLine == stopLine);
        var far = FrameAt(junction.To + 1, 0, 0).Frame;
        PropPainter.PaintPole(view, far, beside, 6.3f);
        PropPainter.PaintArm(view, far, beside, 0.3f, 6.1f);
        PropPainter.PaintSignalHead(view, far, 0, 4.4f, state.Lamp);
    }

    private IEnumerable<(Frame, double, int)> Chevrons(Bend bend)
    {
        var side = Math.Sign(bend.Curvature);
        var outside = side > 0 ? _scene.Lanes.RightEdge - 1.0 : _scene.Lanes.LeftEdge + 1.0;
        for (var s = bend.From + 0.15 * (bend.To - bend.From); s < bend.To; s += 4)
        {
            var (x, y) = _scene.Road.PointAt(s, outside);
            // A board looks back along the traffic that comes towards it, half turned with the bend.
            yield return (new Frame(x, y, (_scene.Road.HeadingAt(s) + _scene.Road.HeadingAt(s - 14)) / 2), s, side);
        }
    }

    private (Frame Frame, float X, float Y) FrameAt(double s, double d, double yaw)
    {
        var (x, y) = _scene.Road.PointAt(s, d);
        return (new Frame(x, y, _scene.Road.HeadingAt(s) + yaw), (float)x, (float)y);
    }

    private (float X, float Y) Place(double s, double d)
    {
        var (x, y) = _scene.Road.PointAt(s, d);
        return ((float)x, (float)y);
    }
}
