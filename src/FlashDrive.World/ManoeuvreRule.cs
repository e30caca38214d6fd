using FlashDrive.Driving;

namespace FlashDrive.World;

/// <summary>
/// Tells from a trajectory alone whether it is a given manoeuvre. With v0 the speed at t0 (newest 0.1 s of history), v the speed of
/// the future smoothed over 0.5 s, ψ the heading of its last moving second and y its offset there, in this order:
/// <list type="number">
/// <item>curve left / right: |ψ| ≥ 0.35 rad, to the left / right;</item>
/// <item>yield: the lowest v ≤ 0.4·v0 and the path shifts ≥ 0.35 m to the right;</item>
/// <item>stop: the lowest v ≤ max(0.12·v0, 0.8 m/s);</item>
/// <item>nudge left / right: the largest |y| ≥ 0.6 m, to the left / right;</item>
/// <item>slow down: the last v ≤ 0.8·v0, or the lowest ≤ 0.7·v0;</item>
/// <item>accelerate: the last v ≥ 1.2·v0;</item>
/// <item>otherwise the speed is kept, which is what following does.</item>
/// </list>
/// </summary>
public static class ManoeuvreRule
{
    private const int Smooth = 5;

    /// <summary>The manoeuvre a trajectory shows.</summary>
    public static Manoeuvre Classify(EgoHistory history, Trajectory future)
    {
        var initial = Math.Max(history.Speed, 0.1);
        double lowest = double.PositiveInfinity, last = 0, left = 0, right = 0;
        for (var i = 0; i < Trajectory.Points; i++)
        {
            left = Math.Max(left, future[i].Position.Y);
            right = Math.Min(right, future[i].Position.Y);
            if (i < Smooth) continue;
            last = (future[i].Position - future[i - Smooth].Position).LengthXy / (Smooth * Trajectory.StepSeconds);
            lowest = Math.Min(lowest, last);
        }
        var turned = future[Trajectory.Points - 1].Rotation.Yaw;
        if (Math.Abs(turned) >= 0.35) return turned > 0 ? Manoeuvre.CurveLeft : Manoeuvre.CurveRight;
        if (lowest <= 0.4 * initial && right <= -0.35) return Manoeuvre.Yield;
        if (lowest <= Math.Max(0.12 * initial, 0.8)) return Manoeuvre.Stop;
        if (Math.Max(left, -right) >= 0.6) return left > -right ? Manoeuvre.NudgeLeft : Manoeuvre.NudgeRight;
        if (last <= 0.8 * initial || lowest <= 0.7 * initial) return Manoeuvre.SlowDown;
        return last >= 1.2 * initial ? Manoeuvre.Accelerate : Manoeuvre.Follow;
    }

    public static bool Agrees(Manoeuvre manoeuvre, EgoHistory history, Trajectory future) => Classify(history, future) == manoeuvre;
}
