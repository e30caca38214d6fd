namespace FlashDrive.Driving.Metrics;

/// <summary>
/// Corner distance (alpamayo.md §17): a 4 × 3 × 2 m box is put on every pose; for each time and corner the smallest distance of
/// the samples to the truth is taken, then the mean over times and corners. Unlike ADE it sees heading. Metres.
/// </summary>
public static class CornerDistance
{
    public const double Length = 4, Width = 3, Height = 2;

    private static readonly Vec3[] Corners = (
        from x in new[] { -Length / 2, Length / 2 }
        from y in new[] { -Width / 2, Width / 2 }
        from z in new[] { -Height / 2, Height / 2 }
        select new Vec3(x, y, z)).ToArray();

    public static double Minimum(IReadOnlyList<Trajectory> samples, Trajectory truth)
    {
        if (samples.Count == 0) throw new ArgumentException("a minimum over samples needs at least one sample, got 0", nameof(samples));
        var sum = 0.0;
        for (var i = 0; i < Trajectory.Points; i++)
        {
            foreach (var corner in Corners)
            {
                var target = Place(truth[i], corner);
                var nearest = double.PositiveInfinity;
                foreach (var sample in samples) nearest = Math.Min(nearest, (Place(sample[i], corner) - target).Length);
                sum += nearest;
            }
        }
        return sum / (Trajectory.Points * Corners.Length);
    }

    private static Vec3 Place(Pose pose, Vec3 corner) => pose.Position + pose.Rotation.Rotate(corner);
}
