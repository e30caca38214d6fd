using FlashDrive.Driving;

namespace FlashDrive.Inference.Guard;

/// <summary>
/// Looks at every trajectory of a plan before it leaves: checked, never clamped. A plan with one trajectory that breaks a rule is
/// refused as a whole, because whoever receives it may follow any of them.
/// </summary>
public sealed class PlanGuardStage(GuardLimits limits)
{
    /// <summary>Stable names of the rules, in the order they are checked.</summary>
    public static readonly IReadOnlyList<string> Rules = ["points", "finite", "speed", "acceleration", "curvature"];

    // Below this a heading is noise, and so is a curvature made of it.
    private const double SlowestMetres = 0.05;

    // Positions give mean speeds of steps, so an acceleration is seen as its mean over two of them; rounding stays below this share.
    private const double Slack = 1.02;

    /// <summary>The first rule that is broken, or null.</summary>
    public string? Check(Plan plan, EgoHistory history)
    {
        if (plan.Trajectories.Count == 0 || plan.Actions.Length != plan.Trajectories.Count * 2 * Trajectory.Points) return "points";
        foreach (var trajectory in plan.Trajectories)
            foreach (var pose in trajectory.Poses)
                if (!pose.IsFinite) return "finite";
        foreach (var trajectory in plan.Trajectories)
            if (CheckMotion(trajectory.Poses, history.Speed) is { } rule) return rule;
        return null;
    }

    private string? CheckMotion(ReadOnlySpan<Pose> poses, double egoSpeed)
    {
        const double dt = Trajectory.StepSeconds;
        var (before, speed) = (Pose.Identity, egoSpeed);
        string? broken = null;
        for (var k = 0; k < poses.Length; k++)
        {
            var pose = poses[k];
            var (dx, dy) = (pose.Position.X - before.Position.X, pose.Position.Y - before.Position.Y);
            var turn = Math.IEEERemainder(pose.Rotation.Yaw - before.Rotation.Yaw, 2 * Math.PI);
            // Along the mean heading of the step, so that reversing has a negative sign.
            var heading = before.Rotation.Yaw + turn / 2;
            var metres = dx * Math.Cos(heading) + dy * Math.Sin(heading);
            var next = metres / dt;
            if (k == 0 && Math.Abs(next - egoSpeed) > limits.SpeedStep) return "speed";
            if (k > 0 && !Within((next - speed) / dt, limits.Acceleration)) broken ??= "acceleration";
            if (Math.Abs(metres) > SlowestMetres && !Within(turn / metres, limits.Curvature)) broken ??= "curvature";
            (before, speed) = (pose, next);
        }
        return broken;
    }

    private static bool Within(double value, (double Low, double High) bounds) => value >= bounds.Low * Slack && value <= bounds.High * Slack;
}
