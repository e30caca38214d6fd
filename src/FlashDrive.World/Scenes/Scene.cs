using FlashDrive.World.Agents;
using FlashDrive.World.Rendering;
using FlashDrive.World.Roads;

namespace FlashDrive.World.Scenes;

/// <summary>A world before time runs: the road, what stands beside it, who moves on it, and who drives the ego.</summary>
internal sealed record Scene(ulong Seed, Road Road, LaneLayout Lanes, Lighting Light, DriverProfile Driver, EgoStart Ego)
{
    public IReadOnlyList<Agent> Agents { get; init; } = [];

    public IReadOnlyList<Obstacle> Obstacles { get; init; } = [];

    public IReadOnlyList<Junction> Junctions { get; init; } = [];

    public IReadOnlyList<NarrowPassage> Passages { get; init; } = [];

    /// <summary>S of zebra crossings.</summary>
    public IReadOnlyList<double> Crossings { get; init; } = [];

    public IReadOnlyList<Building> Buildings { get; init; } = [];

    public IReadOnlyList<Tree> Trees { get; init; } = [];

    /// <summary>Removes the vehicles the ego could follow.</summary>
    public Scene WithoutLeads() => this with { Agents = Agents.Where(a => a.Role != AgentRole.Lead).ToArray() };

    /// <summary>Every traffic light shows green at all times.</summary>
    public Scene WithGreenLights() => this with
    {
        Agents = Agents.Select(a => a.Role != AgentRole.TrafficLight ? a : a with
        {
            Start = a.Start with { Lamp = LampColour.Green },
            Script = [new Phase(default, 0, Lamp: LampColour.Green)],
        }).ToArray(),
    };
}

/// <summary>How the ego comes into the scene. Until <see cref="HoldUntil"/> seconds it keeps its course, whatever is ahead.</summary>
internal readonly record struct EgoStart(double S, double D, double Speed, double HoldAcceleration, double HoldUntil);

/// <summary>Something that takes one side of the ego's lane from <see cref="From"/> to <see cref="To"/>.</summary>
/// <param name="Side">+1 when it stands on the left, −1 on the right.</param>
/// <param name="Edge">Offset of its edge towards the ego's lane.</param>
internal sealed record Obstacle(Cause Cause, double From, double To, int Side, double Edge, IReadOnlyList<ObstaclePart> Parts);

/// <summary>One cone or one parked car.</summary>
internal readonly record struct ObstaclePart(double S, double D, double Yaw, Body Body);

/// <summary>A crossing road whose stop line for the ego lies at <see cref="StopLine"/>.</summary>
internal readonly record struct Junction(double StopLine, double Width)
{
    public double From => StopLine + 2.5;

    public double To => From + Width;
}

/// <summary>Barriers on both sides leave room for one car between <see cref="From"/> and <see cref="To"/>.</summary>
internal readonly record struct NarrowPassage(double From, double To, double RightEdge, double LeftEdge);

internal readonly record struct Building(double S, double D, double Length, double Depth, double Height, Rgb Colour, int Floors, int LitPattern);

internal readonly record struct Tree(double S, double D, double Height, double Radius, Rgb Colour, bool IsConifer);
