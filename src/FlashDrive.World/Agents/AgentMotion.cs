namespace FlashDrive.World.Agents;

/// <summary>Moves agents along their scripts.</summary>
internal static class AgentMotion
{
    /// <summary>What a script may look at.</summary>
    internal readonly record struct Moment(double Time, double EgoFront, double EgoStandsFor);

    public static AgentState Step(Agent agent, AgentState state, Moment moment, double dt)
    {
        while (state.Phase + 1 < agent.Script.Count && IsDue(agent.Script[state.Phase + 1].Begin, agent, state, moment))
        {
            state.Phase++;
            state.PhaseStart = moment.Time;
            state.PhaseD = state.D;
        }
        if (agent.Script.Count == 0) return state;
        var phase = agent.Script[state.Phase];
        var before = state.Speed;
        state.Speed += Math.Clamp(phase.Speed - state.Speed, -phase.Rate * dt, phase.Rate * dt);
        state.S += (before + state.Speed) / 2 * dt;
        state.Braking = phase.Brakes && (before > phase.Speed + 0.05 || phase.Speed == 0);
        state.Indicator = phase.Indicator;
        state.Lamp = phase.Lamp;
        state.LateralSpeed = 0;
        if (phase.D is not { } target) return state;
        var t = Math.Clamp((moment.Time + dt - state.PhaseStart) / phase.LateralSeconds, 0, 1);
        // Vehicles ease in and out of a lane change, walkers walk.
        var shape = agent.Role == AgentRole.Pedestrian ? t : t * t * (3 - 2 * t);
        var d = state.PhaseD + (target - state.PhaseD) * shape;
        state.LateralSpeed = (d - state.D) / dt;
        state.D = d;
        if (agent.Role is AgentRole.CutIn or AgentRole.Lead) state.Yaw = Math.Atan2(state.LateralSpeed, Math.Max(2, state.Speed));
        return state;
    }

    private static bool IsDue(Trigger trigger, Agent agent, AgentState state, Moment moment) =>
        (trigger.AtTime is not { } time || moment.Time >= time - 1e-9)
        && (trigger.GapBelow is not { } gap || state.S - agent.Body.Length / 2 - moment.EgoFront < gap)
        && (trigger.AfterSeconds is not { } seconds || moment.Time - state.PhaseStart >= seconds - 1e-9)
        && (trigger.EgoStandsFor is not { } stood || moment.EgoStandsFor >= stood);
}
