using FlashDrive.World.Rendering;

namespace FlashDrive.World.Agents;

internal enum AgentRole { Lead, CutIn, Oncoming, Neighbour, Pedestrian, TrafficLight }

internal enum LampColour : byte { Red, Amber, Green }

/// <summary>Somebody or something that changes with time: what it looks like and the script it follows.</summary>
internal sealed record Agent(AgentRole Role, Body Body, AgentState Start, IReadOnlyList<Phase> Script);

/// <summary>Size in metres and colours.</summary>
internal readonly record struct Body(double Length, double Width, double Height, Rgb Colour, Rgb Second, bool IsTall);

/// <summary>Where an agent is on the road at a moment and what it shows.</summary>
internal record struct AgentState
{
    public double S, D;

    /// <summary>Heading relative to the road, radians; π for oncoming traffic.</summary>
    public double Yaw;

    /// <summary>Along the road, metres per second, negative for oncoming traffic.</summary>
    public double Speed;

    /// <summary>Across the road, metres per second.</summary>
    public double LateralSpeed;

    public bool Braking;

    /// <summary>−1 right, +1 left, 0 off.</summary>
    public int Indicator;

    public LampColour Lamp;

    /// <summary>Index into the script, when it began, and the offset it began at.</summary>
    public int Phase;

    public double PhaseStart, PhaseD;
}

/// <summary>When a phase of a script begins. Only the conditions given count, all of them.</summary>
/// <param name="AtTime">Not before this simulated time, seconds.</param>
/// <param name="GapBelow">The ego's front is nearer than this, metres along the road.</param>
/// <param name="AfterSeconds">The previous phase has lasted this long.</param>
/// <param name="EgoStandsFor">The ego has stood still for this long, seconds.</param>
internal readonly record struct Trigger(double? AtTime = null, double? GapBelow = null, double? AfterSeconds = null, double? EgoStandsFor = null);

/// <summary>One part of a script.</summary>
/// <param name="Speed">Wanted speed along the road, metres per second.</param>
/// <param name="Rate">Acceleration or braking towards it, metres per second squared.</param>
/// <param name="Brakes">Brake lights are lit while the speed falls.</param>
/// <param name="D">Offset reached at the end of <paramref name="LateralSeconds"/>.</param>
internal sealed record Phase(Trigger Begin, double Speed, double Rate = 2, bool Brakes = false, double? D = null, double LateralSeconds = 1, int Indicator = 0, LampColour Lamp = LampColour.Red);
