namespace FlashDrive.World.Simulation;

/// <summary>The ego's rear axle along the road, with the size of the car around it (metres).</summary>
internal readonly record struct EgoState(double S, double D, double Slope, double Speed, double Acceleration, double StandsFor)
{
    public const double Length = 4.6, Width = 1.9, FrontOverhang = 3.65;

    public double Front => S + FrontOverhang;
}
