using FlashDrive.Driving;
using FlashDrive.World.Agents;
using FlashDrive.World.Rendering;
using FlashDrive.World.Roads;

namespace FlashDrive.World.Scenes;

/// <summary>A scene being put together.</summary>
internal sealed class SceneDraft(ulong seed, KeyedRandom random, LaneLayout lanes)
{
    public LaneLayout Lanes => lanes;

    public List<Bend> Bends { get; } = [];

    public List<Agent> Agents { get; } = [];

    public List<Obstacle> Obstacles { get; } = [];

    public List<Junction> Junctions { get; } = [];

    public List<NarrowPassage> Passages { get; } = [];

    public List<double> Crossings { get; } = [];

    /// <summary>A vehicle or walker that follows a script from <paramref name="startTime"/> on.</summary>
    public void Add(AgentRole role, Body body, double s, double d, double speed, double startTime, params Phase[] script) =>
        Agents.Add(new(role, body, new() { S = s, D = d, Speed = speed, PhaseStart = startTime, PhaseD = d, Yaw = role == AgentRole.Oncoming ? Math.PI : 0 }, script));

    public void AddLight(double stopLine, double junctionWidth, params Phase[] script)
    {
        Junctions.Add(new(stopLine, junctionWidth));
        Agents.Add(new(AgentRole.TrafficLight, Bodies.Light(), new() { S = stopLine, D = 0, Lamp = script[0].Lamp }, script));
    }

    public Scene Finish(double roadStart, double roadEnd, EgoStart ego)
    {
        var road = new Road(roadStart, roadEnd, Bends);
        var (buildings, trees) = Surroundings.Draw(new(random.At(1)), road, lanes, Junctions);
        return new(seed, road, lanes, new Draws(random.At(2)).Chance(0.65) ? Lighting.Day : Lighting.Dusk, DriverProfile.Draw(new(random.At(3))), ego)
        {
            Agents = Agents.ToArray(),
            Obstacles = Obstacles.ToArray(),
            Junctions = Junctions.ToArray(),
            Passages = Passages.ToArray(),
            Crossings = Crossings.ToArray(),
            Buildings = buildings,
            Trees = trees,
        };
    }
}
