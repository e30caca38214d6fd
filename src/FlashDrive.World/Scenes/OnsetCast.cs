using FlashDrive.World.Agents;
using FlashDrive.World.Roads;
using FlashDrive.World.Simulation;

namespace FlashDrive.World.Scenes;

/// <summary>Places what an onset scene is about, and those who stand by. Distances are from the ego's rear axle at t0 along the road.</summary>
internal sealed class OnsetCast(SceneDraft draft, Draws draws, double speed)
{
    private const double Start = OnsetScene.StartTime;

    private LaneLayout Lanes => draft.Lanes;

    /// <summary>A place ahead that leaves room to stop comfortably from the ego's speed.</summary>
    private double StoppingPlace() => EgoState.FrontOverhang + 3 + 0.6 * speed + speed * speed / (2 * 3.1) + draws.Between(0, 6);

    public void Place(Cause cause)
    {
        switch (cause)
        {
            case Cause.PedestrianCrossing: PlaceWalker(); break;
            case Cause.RedLight: draft.AddLight(StoppingPlace(), draws.Between(9, 13), new Phase(default, 0, Lamp: LampColour.Red)); break;
            case Cause.GreenLight: draft.AddLight(StoppingPlace(), draws.Between(9, 13), new Phase(default, 0, Lamp: LampColour.Green)); break;
            case Cause.LeadBraking: PlaceBrakingLead(); break;
            case Cause.SteadyLead: PlaceSteadyLead(draws.Between(1.0, 1.7) * speed + 2.5, draws.Between(0.97, 1.06)); break;
            case Cause.CutIn: PlaceCutIn(); break;
            case Cause.Oncoming: PlacePassage(); break;
            case Cause.Cones: draft.Obstacles.Add(ObstacleShapes.Cones(draws, ObstaclePlace())); break;
            case Cause.ParkedCar: draft.Obstacles.Add(ObstacleShapes.ParkedCars(draws, ObstaclePlace(), Lanes == LaneLayout.OneWayLeft ? 1 : -1)); break;
            case Cause.Curve: PlaceBend(); break;
            case Cause.ClearRoad: break;
        }
    }

    /// <summary>Objects of other causes that do not constrain the ego beside this cause.</summary>
    public void AddBystanders(Cause cause)
    {
        var strong = cause is Cause.PedestrianCrossing or Cause.RedLight or Cause.Cones or Cause.ParkedCar;
        var lead = draws.Chance(0.4);
        if (lead && strong) PlaceSteadyLead(Math.Max(speed * 2.0 + 6, FarEnd() + 3), draws.Between(1.0, 1.2));
        var green = draws.Chance(0.4);
        var greenAt = draws.Between(26, 44);
        if (green && cause is Cause.PedestrianCrossing or Cause.LeadBraking or Cause.SteadyLead or Cause.CutIn or Cause.Cones or Cause.ParkedCar)
        {
            if (green) draft.AddLight(Math.Max(greenAt, FarEnd() + 4), draws.Between(9, 13), new Phase(default, 0, Lamp: LampColour.Green));
        }
        var neighbour = draws.Chance(0.45);
        var neighbourGap = draws.Between(2, 22);
        var neighbourSpeed = speed * draws.Between(0.95, 1.1);
        if (neighbour && !Lanes.IsTwoWay && cause is not (Cause.CutIn or Cause.PedestrianCrossing or Cause.RedLight) && !BlocksOtherLane())
            PlaceVehicle(AgentRole.Neighbour, EgoState.FrontOverhang + neighbourGap, Lanes.OtherLane + draws.Between(-0.2, 0.2), neighbourSpeed);
        if (Lanes.IsTwoWay && draws.Chance(0.3) && cause is not (Cause.Oncoming or Cause.Cones or Cause.ParkedCar or Cause.PedestrianCrossing or Cause.RedLight))
            PlaceOncoming(draws.Between(35, 110), draws.Between(5, 9));
        if (draws.Chance(0.25) && cause != Cause.PedestrianCrossing && draft.Junctions.Count == 0) draft.Crossings.Add(draws.Between(16, 40));
        if (draws.Chance(0.4))
        {
            var side = draws.Chance(0.6) ? -1 : 1;
            var edge = side > 0 ? Lanes.LeftEdge : Lanes.RightEdge;
            draft.Add(AgentRole.Pedestrian, Bodies.Walker(draws), draws.Between(14, 34), edge + side * draws.Between(0.8, 1.6), 0, Start);
        }
        if (cause != Cause.Curve && draws.Chance(0.4))
        {
            var from = draws.Between(90, 120);
            draft.Bends.Add(new(from, from + 80, (draws.Chance(0.5) ? 1 : -1) * draws.Between(0.004, 0.012), 20));
        }
    }

    /// <summary>How far ahead the last thing already placed reaches.</summary>
    private double FarEnd()
    {
        var end = 12.0;
        foreach (var agent in draft.Agents) end = Math.Max(end, agent.Role == AgentRole.TrafficLight ? agent.Start.S + 16 : agent.Start.S - Start * agent.Start.Speed + agent.Body.Length);
        foreach (var obstacle in draft.Obstacles) end = Math.Max(end, obstacle.To);
        return end;
    }

    private bool BlocksOtherLane() => draft.Obstacles.Any(o => Math.Sign(Lanes.OtherLane) == -o.Side);

    private void PlaceVehicle(AgentRole role, double rear, double d, double velocity, params Phase[] later)
    {
        var body = Bodies.Car(draws);
        draft.Add(role, body, rear + body.Length / 2 + Start * velocity, d, velocity, Start, [new Phase(default, velocity), .. later]);
    }

    private void PlaceSteadyLead(double gap, double factor) => PlaceVehicle(AgentRole.Lead, EgoState.FrontOverhang + gap, draws.Between(-0.15, 0.15), speed * factor);

    private void PlaceBrakingLead()
    {
        var gap = draws.Between(1.0, 1.6) * speed + 3;
        PlaceVehicle(AgentRole.Lead, EgoState.FrontOverhang + gap, draws.Between(-0.15, 0.15), speed,
            new Phase(new(AtTime: -draws.Between(0.4, 0.7)), speed * draws.Between(0.3, 0.5), draws.Between(2.2, 3.5), Brakes: true));
    }

    private void PlaceCutIn()
    {
        var body = Bodies.Car(draws);
        var gap = draws.Between(0.7, 1.0) * speed + 3;
        var velocity = speed * draws.Between(0.58, 0.74);
        var seconds = draws.Between(2.6, 3.2);
        var side = Math.Sign(Lanes.OtherLane);
        // Begun so long ago that a third to a half of the way is done at t0.
        var begun = -seconds * draws.Between(0.38, 0.5);
        draft.Add(AgentRole.CutIn, body, EgoState.FrontOverhang + gap + body.Length / 2 + Start * velocity, Lanes.OtherLane, velocity, Start,
            new Phase(default, velocity, Indicator: -side),
            new Phase(new(AtTime: begun), velocity, D: 0, LateralSeconds: seconds, Indicator: -side));
    }

    private void PlaceWalker()
    {
        var s = StoppingPlace() + 2;
        var side = draws.Chance(0.5) ? -1 : 1;
        // The walker stays in the way at least until the ego has come to a stand.
        var busy = 0.9 + 2 * (s - EgoState.FrontOverhang - 3) / speed;
        var edge = (side > 0 ? Lanes.LeftEdge : -Lanes.RightEdge) - 0.6;
        var room = Math.Min(edge, 3.6) + 2.2;
        var pace = Math.Min(draws.Between(0.9, 1.5), room / busy);
        var away = draws.Between(pace * busy - 2.2, Math.Min(edge, 3.6));
        var before = away - pace * Start;
        var target = -side * 8.0;
        if (draws.Chance(0.5)) draft.Crossings.Add(s);
        draft.Add(AgentRole.Pedestrian, Bodies.Walker(draws), s, side * before, 0, Start,
            new Phase(default, 0, D: target, LateralSeconds: (before + 8) / pace));
    }

    private void PlacePassage()
    {
        var from = StoppingPlace() + 9;
        var length = draws.Between(10, 18);
        draft.Passages.Add(new(from, from + length, -0.1, 3.7));
        PlaceOncoming(from + draws.Between(3, length + 8), draws.Between(2.5, 4.5), Lanes.Divider);
    }

    private void PlaceOncoming(double at, double velocity, double? d = null)
    {
        var body = Bodies.Car(draws);
        draft.Add(AgentRole.Oncoming, body, at - Start * velocity, d ?? Lanes.OtherLane, -velocity, Start, new Phase(default, -velocity));
    }

    private double ObstaclePlace() => EgoState.FrontOverhang + 8 + 0.7 * speed + draws.Between(4, 12);

    private void PlaceBend()
    {
        var from = EgoState.FrontOverhang + draws.Between(5, 11) + 0.4 * speed;
        var radius = Math.Max(11, 0.5 * speed * speed / 2.2 * draws.Between(0.8, 1.1));
        var angle = draws.Between(1.0, 1.7);
        var ramp = Math.Min(10, 0.5 * radius);
        draft.Bends.Add(new(from, from + angle * radius + ramp, (draws.Chance(0.5) ? 1 : -1) / radius, ramp));
    }
}
