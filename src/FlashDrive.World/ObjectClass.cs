namespace FlashDrive.World;

/// <summary>What a pixel of the class mask shows; the order is part of no file format, the names are the public contract.</summary>
public enum ObjectClass : byte
{
    /// <summary>Sky, ground, buildings, trees and everything else without a role in driving.</summary>
    None = 0,
    Road,
    LaneMarking,
    StopLine,
    CurveSign,
    LeadVehicle,
    BrakeLight,
    RedLamp,
    AmberLamp,
    GreenLamp,
    PedestrianCrossing,
    PedestrianOnKerb,
    ParkedCar,
    Cone,
    OncomingCar,
    CutInCar,
    NeighbourCar,
    Barrier,
}
