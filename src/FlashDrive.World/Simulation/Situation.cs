using FlashDrive.World.Agents;
using FlashDrive.World.Scenes;

namespace FlashDrive.World.Simulation;

/// <summary>
/// What constrains the ego at a moment, from the world's own state. The expert acts on it and the label is read from it, so that
/// the two cannot disagree about causes.
/// </summary>
internal sealed class Situation
{
    private const double StopLineSight = 50, ObstacleSight = 42, CurveSight = 26, SharpCurvature = 1 / 42.0, OncomingSight = 48;

    private readonly Constraint?[] _byCause = new Constraint?[Enum.GetValues<Cause>().Length];

    /// <param name="Distance">Metres from the ego's front to the place that matters.</param>
    /// <param name="Speed">Speed of the vehicle that matters.</param>
    /// <param name="Side">+1 left, −1 right: where it stands, comes from or bends to.</param>
    internal readonly record struct Constraint(double Distance, double Speed = 0, int Side = 0, Obstacle? Obstacle = null, bool IsAmber = false);

    public Constraint? this[Cause cause] => _byCause[(int)cause];

    /// <summary>The nearest vehicle in the ego's lane within 80 m, near enough to constrain or not.</summary>
    public Constraint? VehicleAhead { get; private set; }

    /// <summary>The strongest cause, visible or not.</summary>
    public Cause Strongest => (Cause)Array.FindIndex(_byCause, c => c is not null);

    public static Situation Assess(Scene scene, ReadOnlySpan<AgentState> agents, EgoState ego)
    {
        var situation = new Situation();
        situation._byCause[(int)Cause.ClearRoad] = new(0);
        for (var i = 0; i < agents.Length; i++) situation.Regard(scene, scene.Agents[i], agents[i], ego);
        situation.RegardLead(ego);
        situation.RegardObstacles(scene, ego);
        situation.RegardRoad(scene, ego);
        return situation;
    }

    private bool _leadBrakes;

    private void Regard(Scene scene, Agent agent, AgentState state, EgoState ego)
    {
        var gap = state.S - agent.Body.Length / 2 - ego.Front;
        switch (agent.Role)
        {
            case AgentRole.TrafficLight:
                var toLine = state.S - ego.Front;
                if (toLine is <= -1 or > StopLineSight) return;
                Nearest(state.Lamp == LampColour.Green ? Cause.GreenLight : Cause.RedLight, new(toLine, IsAmber: state.Lamp == LampColour.Amber));
                return;
            case AgentRole.Pedestrian:
                if (state.LateralSpeed == 0 || gap is < -1 or > 40 || state.D > scene.Lanes.LeftEdge || state.D < scene.Lanes.RightEdge) return;
                // Somebody who has walked out of the ego's way no longer constrains it.
                if (Math.Sign(state.LateralSpeed) * (state.D - ego.D) > 2.2) return;
                Nearest(Cause.PedestrianCrossing, new(gap, Side: state.LateralSpeed > 0 ? -1 : 1));
                return;
            case AgentRole.Oncoming:
                foreach (var passage in scene.Passages)
                {
                    var toPassage = passage.From - ego.Front;
                    if (toPassage is > 0 and < OncomingSight && state.S > ego.S - 2 && state.S - passage.To < 30) Nearest(Cause.Oncoming, new(toPassage));
                }
                return;
        }
        if (gap is < -1 or > 80) return;
        if (agent.Role == AgentRole.CutIn && Math.Abs(state.LateralSpeed) > 0.05 && (ego.D - state.D) * state.LateralSpeed > 0 && Math.Abs(state.D - ego.D) < 3.3 && gap < 30)
        {
            Nearest(Cause.CutIn, new(gap, state.Speed, state.LateralSpeed > 0 ? -1 : 1));
            return;
        }
        if (Math.Abs(state.D - ego.D) > 1.7 || (VehicleAhead is { } other && other.Distance < gap)) return;
        VehicleAhead = new(gap, state.Speed);
        _leadBrakes = state.Braking;
    }

    private void RegardLead(EgoState ego)
    {
        if (VehicleAhead is not { } lead) return;
        if (_leadBrakes && lead.Distance < 40) _byCause[(int)Cause.LeadBraking] = lead;
        else if (lead.Distance < 2.2 * ego.Speed + 5) _byCause[(int)Cause.SteadyLead] = lead;
    }

    private void RegardObstacles(Scene scene, EgoState ego)
    {
        foreach (var obstacle in scene.Obstacles)
        {
            if (obstacle.From - ego.Front < ObstacleSight && obstacle.To > ego.Front) Nearest(obstacle.Cause, new(obstacle.From - ego.Front, Side: obstacle.Side, Obstacle: obstacle));
        }
    }

    private void RegardRoad(Scene scene, EgoState ego)
    {
        foreach (var bend in scene.Road.Bends)
        {
            if (Math.Abs(bend.Curvature) < SharpCurvature || bend.From - ego.Front > CurveSight || bend.To - bend.Ramp < ego.S) continue;
            Nearest(Cause.Curve, new(Math.Max(0, bend.From - ego.Front), Side: Math.Sign(bend.Curvature)));
        }
    }

    private void Nearest(Cause cause, Constraint constraint)
    {
        if (_byCause[(int)cause] is { } known && known.Distance <= constraint.Distance) return;
        _byCause[(int)cause] = constraint;
    }
}
