namespace FlashDrive.Driving.Metrics;

/// <summary>Other road users over time, in the same ground frame as the trajectory that is checked.</summary>
public interface IObstacleForecast
{
    /// <summary>Boxes at <paramref name="seconds"/> after t0.</summary>
    IReadOnlyList<OrientedBox> At(double seconds);
}

/// <summary>Whether a planned path stays on the road and clear of others. Times are seconds after t0; null means never within 6.4 s.</summary>
public static class SafetyChecks
{
    /// <summary>First time at which a corner of the footprint is outside the drivable area.</summary>
    public static double? FirstOffRoad(Trajectory path, VehicleFootprint footprint, IDrivableArea area)
    {
        for (var i = 0; i < Trajectory.Points; i++)
        {
            if (!Array.TrueForAll(footprint.At(path[i]).Corners(), c => area.Contains(c.X, c.Y))) return TimeOf(i);
        }
        return null;
    }

    /// <summary>First time at which the footprint shares ground with an obstacle's box.</summary>
    public static double? FirstCollision(Trajectory path, VehicleFootprint footprint, IObstacleForecast obstacles)
    {
        for (var i = 0; i < Trajectory.Points; i++)
        {
            var ego = footprint.At(path[i]);
            foreach (var box in obstacles.At(TimeOf(i)))
            {
                if (ego.Overlaps(box)) return TimeOf(i);
            }
        }
        return null;
    }

    private static double TimeOf(int index) => (index + 1) / 10.0;
}
