namespace FlashDrive.World.Simulation;

/// <summary>A change of offset along the road: the quintic with the given offset and slope at the start, and no slope at the end; bounded curvature change.</summary>
internal readonly record struct LateralPlan(double FromS, double Length, double FromD, double FromSlope, double ToD)
{
    public (double D, double Slope) At(double s)
    {
        if (Length <= 0) return (ToD, 0);
        var t = Math.Clamp((s - FromS) / Length, 0, 1);
        if (t >= 1) return (ToD, 0);
        var rise = ToD - FromD;
        var v = FromSlope * Length;
        // Hermite quintic with zero second derivative at both ends.
        double c3 = 10 * rise - 6 * v, c4 = -15 * rise + 8 * v, c5 = 6 * rise - 3 * v;
        var d = FromD + t * (v + t * t * (c3 + t * (c4 + t * c5)));
        var slope = (v + t * t * (3 * c3 + t * (4 * c4 + t * 5 * c5))) / Length;
        return (d, slope);
    }
}
