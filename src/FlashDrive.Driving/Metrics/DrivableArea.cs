namespace FlashDrive.Driving.Metrics;

/// <summary>Where a vehicle may be, in the same ground frame (metres) as the trajectory that is checked.</summary>
public interface IDrivableArea
{
    bool Contains(double x, double y);
}

/// <summary>The union of simple polygons (either winding, possibly overlapping).</summary>
public sealed class DrivablePolygons : IDrivableArea
{
    private readonly (double X, double Y)[][] _polygons;

    /// <exception cref="ArgumentException">A polygon of fewer than three corners.</exception>
    public DrivablePolygons(IEnumerable<IReadOnlyList<(double X, double Y)>> polygons)
    {
        _polygons = polygons.Select(p => p.ToArray()).ToArray();
        for (var i = 0; i < _polygons.Length; i++)
        {
            if (_polygons[i].Length < 3)
                throw new ArgumentException($"drivable polygon {i} has {_polygons[i].Length} corners, at least 3 are needed", nameof(polygons));
        }
    }

    public bool Contains(double x, double y) => Array.Exists(_polygons, p => IsInside(p, x, y));

    /// <summary>Crossing number of a ray to +x; the half-open comparison counts a shared corner once.</summary>
    private static bool IsInside((double X, double Y)[] polygon, double x, double y)
    {
        var inside = false;
        for (int i = 0, j = polygon.Length - 1; i < polygon.Length; j = i++)
        {
            var (a, b) = (polygon[i], polygon[j]);
            if (a.Y > y != b.Y > y && x < (b.X - a.X) * (y - a.Y) / (b.Y - a.Y) + a.X) inside = !inside;
        }
        return inside;
    }
}
