namespace FlashDrive.World;

/// <summary>
/// Why the ego acts. Declared in the world's one order of strength, strongest first: the label of a moment is the first cause
/// of this list that is visible in the pixels and constrains the ego. Green is named only when nothing stronger is visible,
/// a clear road when nothing else is.
/// </summary>
public enum Cause
{
    /// <summary>A pedestrian walks on the road into the ego's way.</summary>
    PedestrianCrossing,

    /// <summary>The ego's traffic light shows red (or amber) ahead.</summary>
    RedLight,

    /// <summary>The vehicle ahead in the ego's lane brakes, its brake lights lit.</summary>
    LeadBraking,

    /// <summary>A car of the neighbour lane moves into the ego's lane.</summary>
    CutIn,

    /// <summary>A car comes towards the ego through a passage too narrow for two.</summary>
    Oncoming,

    /// <summary>Construction cones take one side of the ego's lane.</summary>
    Cones,

    /// <summary>A car parked half on the ego's lane takes one side of it.</summary>
    ParkedCar,

    /// <summary>A vehicle ahead in the ego's lane keeps its speed.</summary>
    SteadyLead,

    /// <summary>The road bends sharply.</summary>
    Curve,

    /// <summary>The ego's traffic light shows green ahead.</summary>
    GreenLight,

    /// <summary>Nothing constrains the ego.</summary>
    ClearRoad,
}
