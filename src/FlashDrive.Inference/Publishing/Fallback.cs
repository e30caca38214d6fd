using FlashDrive.Driving;

namespace FlashDrive.Inference.Publishing;

/// <summary>The last good plan, shifted in time and braking to rest on its own path.</summary>
public static class Fallback
{
    /// <summary>Comfortable deceleration in m/s²; more only where the path would end before the vehicle rests.</summary>
    public const double Deceleration = 2;

    /// <param name="plan">In the ego frame at its t0.</param>
    /// <param name="elapsed">Since t0.</param>
    /// <returns>In the ego frame at t0 + elapsed; null when the plan's horizon has ended.</returns>
    public static Trajectory? Of(Trajectory plan, TimeSpan elapsed)
    {
        var shift = elapsed.TotalSeconds;
        if (shift < 0 || shift >= Trajectory.HorizonSeconds) return null;
        // Arc length at every step, t0 included.
        Span<double> lengths = stackalloc double[Trajectory.Points + 1];
        lengths[0] = 0;
        for (var k = 1; k <= Trajectory.Points; k++) lengths[k] = lengths[k - 1] + (PoseAt(plan, k).Position - PoseAt(plan, k - 1).Position).Length;
        var step = Math.Min((int)(shift / Trajectory.StepSeconds), Trajectory.Points - 1);
        var part = shift / Trajectory.StepSeconds - step;
        var from = lengths[step] + part * (lengths[step + 1] - lengths[step]);
        var speed = (lengths[step + 1] - lengths[step]) / Trajectory.StepSeconds;
        var left = lengths[Trajectory.Points] - from;
        var braking = left > 0 ? Math.Max(Deceleration, speed * speed / (2 * left)) : double.PositiveInfinity;
        var origin = AtLength(plan, lengths, from);
        Span<Pose> poses = stackalloc Pose[Trajectory.Points];
        for (var k = 0; k < poses.Length; k++)
        {
            var t = Math.Min((k + 1) * Trajectory.StepSeconds, speed / braking);
            var travelled = t > 0 ? speed * t - braking * t * t / 2 : 0;
            poses[k] = AtLength(plan, lengths, from + travelled).RelativeTo(origin);
        }
        return new(poses);
    }

    private static Pose AtLength(Trajectory plan, ReadOnlySpan<double> lengths, double length)
    {
        var k = 0;
        while (k < Trajectory.Points - 1 && lengths[k + 1] < length) k++;
        var span = lengths[k + 1] - lengths[k];
        var part = span > 0 ? Math.Clamp((length - lengths[k]) / span, 0, 1) : 0;
        var (a, b) = (PoseAt(plan, k), PoseAt(plan, k + 1));
        return new(Vec3.Lerp(a.Position, b.Position, part), Rotation.Slerp(a.Rotation, b.Rotation, part));
    }

    private static Pose PoseAt(Trajectory plan, int step) => step == 0 ? Pose.Identity : plan[step - 1];
}
