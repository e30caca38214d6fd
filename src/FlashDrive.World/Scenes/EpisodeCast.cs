using FlashDrive.World.Agents;
using FlashDrive.World.Roads;

namespace FlashDrive.World.Scenes;

/// <summary>Places the events of a drive. Each begins near a given s and says where the road is free again.</summary>
internal sealed class EpisodeCast(SceneDraft draft, Draws draws)
{
    private const double Start = EpisodeScene.StartTime;
    private const double BayDepth = 1.3;

    private LaneLayout Lanes => draft.Lanes;

    /// <summary>Which side the ego's lane is on: a vehicle leaves it there into a bay.</summary>
    private int BaySide => -Math.Sign(Lanes.OtherLane);

    private double Bay(int side) => side > 0 ? Lanes.LeftEdge + BayDepth : Lanes.RightEdge - BayDepth;

    /// <summary>The cause of the next event, never the same twice in a row.</summary>
    public Cause Choose(Cause last)
    {
        while (true)
        {
            var cause = draws.Pick<Cause>(
            [
                Cause.PedestrianCrossing, Cause.RedLight, Cause.LeadBraking, Cause.SteadyLead, Lanes.IsTwoWay ? Cause.Oncoming : Cause.CutIn,
                Cause.Cones, Cause.ParkedCar, Cause.Curve, Cause.GreenLight, Cause.ClearRoad,
            ]);
            if (cause != last) return cause;
        }
    }

    public double Place(Cause cause, double s) => cause switch
    {
        Cause.PedestrianCrossing => Walker(s),
        Cause.RedLight => Light(s, stops: true),
        Cause.GreenLight => Light(s, stops: false),
        Cause.LeadBraking => Lead(s, brakes: true),
        Cause.SteadyLead => Lead(s, brakes: false),
        Cause.CutIn => CutIn(s),
        Cause.Oncoming => Passage(s),
        Cause.Cones => Cones(s),
        Cause.ParkedCar => ParkedCars(s),
        Cause.Curve => Bend(s),
        _ => s + 40,
    };

    public void AddBystanders(double end)
    {
        for (var s = 15.0; s < end; s += draws.Between(40, 110))
        {
            var side = draws.Chance(0.6) ? -1 : 1;
            var edge = side > 0 ? Lanes.LeftEdge : Lanes.RightEdge;
            if (!draft.Junctions.Any(j => s > j.StopLine && s < j.To + 2))
                draft.Add(AgentRole.Pedestrian, Bodies.Walker(draws), s, edge + side * draws.Between(1.2, 1.9), 0, Start);
        }
        if (!Lanes.IsTwoWay || draft.Passages.Count > 0 || draft.Obstacles.Any(o => o.Side < 0)) return;
        for (var s = 60.0; s < 2.2 * end; s += draws.Between(50, 140))
        {
            var velocity = 8.5;
            draft.Add(AgentRole.Oncoming, Bodies.Car(draws), s, Lanes.OtherLane, -velocity, Start, new Phase(default, -velocity));
        }
    }

    private double Walker(double s)
    {
        var side = draws.Chance(0.5) ? -1 : 1;
        var from = (side > 0 ? Lanes.LeftEdge : -Lanes.RightEdge) + 0.5;
        var pace = draws.Between(1.0, 1.4);
        draft.Crossings.Add(s);
        draft.Add(AgentRole.Pedestrian, Bodies.Walker(draws), s, side * from, 0, Start,
            new Phase(default, 0), new Phase(new(GapBelow: draws.Between(30, 38)), 0, D: -side * 9.0, LateralSeconds: (from + 9) / pace));
        return s + 12;
    }

    private double Light(double s, bool stops)
    {
        var width = draws.Between(9, 13);
        var green = new Phase(default, 0, Lamp: LampColour.Green);
        if (!stops) draft.AddLight(s, width, green);
        else
        {
            var standing = new Trigger(GapBelow: 9, EgoStandsFor: draws.Between(1.5, 3));
            if (draws.Chance(0.5)) draft.AddLight(s, width, new Phase(default, 0, Lamp: LampColour.Red), green with { Begin = standing });
            else
            {
                draft.AddLight(s, width, green, new Phase(new(GapBelow: draws.Between(30, 42)), 0, Lamp: LampColour.Amber),
                    new Phase(new(AfterSeconds: 1.2), 0, Lamp: LampColour.Red), green with { Begin = standing });
            }
        }
        return s + width + 8;
    }

    /// <summary>A car leaves a bay ahead of the ego, drives before it, brakes or not, and pulls into a bay again.</summary>
    private double Lead(double s, bool brakes)
    {
        var bay = Bay(BaySide);
        var velocity = draws.Between(6.5, 8);
        var leave = new Phase(new(GapBelow: 36), velocity, 3, D: 0, LateralSeconds: 2.4, Indicator: -BaySide);
        var drive = new Phase(new(AfterSeconds: 2.5), velocity, 2, D: 0);
        var park = new Phase(new(AfterSeconds: brakes ? 3 : 6), 0, 1.6, Brakes: false, D: bay, LateralSeconds: 3, Indicator: BaySide);
        Phase[] script = brakes
            ? [new Phase(default, 0), leave, drive, new Phase(new(AfterSeconds: 2.5), draws.Between(2, 3), 3, Brakes: true, D: 0), new Phase(new(AfterSeconds: 3), velocity, 2, D: 0), park]
            : [new Phase(default, 0), leave, drive, park];
        draft.Add(AgentRole.Lead, Bodies.Car(draws), s, bay, 0, Start, script);
        return s + 95;
    }

    private double CutIn(double s)
    {
        var body = Bodies.Car(draws);
        var velocity = draws.Between(6.5, 8);
        var far = Bay(-BaySide);
        draft.Add(AgentRole.CutIn, body, s, far, 0, Start,
            new Phase(default, 0),
            new Phase(new(GapBelow: 40), velocity, 3, D: Lanes.OtherLane, LateralSeconds: 2.2, Indicator: BaySide),
            new Phase(new(AfterSeconds: 2.3, GapBelow: 17), velocity, 2, D: 0, LateralSeconds: 2.8, Indicator: BaySide),
            new Phase(new(AfterSeconds: 5), velocity, 2, D: 0),
            new Phase(new(AfterSeconds: 2), 0, 1.5, D: Bay(BaySide), LateralSeconds: 3, Indicator: BaySide));
        return s + 100;
    }

    private double Passage(double s)
    {
        var length = draws.Between(9, 14);
        draft.Passages.Add(new(s, s + length, -0.1, 3.7));
        var velocity = draws.Between(4, 5);
        draft.Add(AgentRole.Oncoming, Bodies.Car(draws), s + length + draws.Between(16, 24), Lanes.Divider, 0, Start,
            new Phase(default, 0), new Phase(new(GapBelow: 72), -velocity, 3, D: Lanes.Divider), new Phase(new(GapBelow: 14), -velocity, 2, D: Lanes.OtherLane, LateralSeconds: 2));
        return s + length + 10;
    }

    private double Cones(double s)
    {
        var obstacle = ObstacleShapes.Cones(draws, s);
        draft.Obstacles.Add(obstacle);
        return obstacle.To + 10;
    }

    private double ParkedCars(double s)
    {
        var obstacle = ObstacleShapes.ParkedCars(draws, s, Lanes == LaneLayout.OneWayLeft ? 1 : -1);
        draft.Obstacles.Add(obstacle);
        return obstacle.To + 10;
    }

    private double Bend(double s)
    {
        var radius = draws.Between(14, 28);
        var ramp = Math.Min(10, 0.5 * radius);
        var to = s + draws.Between(0.9, 1.4) * radius + ramp;
        draft.Bends.Add(new(s, to, (draws.Chance(0.5) ? 1 : -1) / radius, ramp));
        return to;
    }
}
