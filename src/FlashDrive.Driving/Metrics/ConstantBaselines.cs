namespace FlashDrive.Driving.Metrics;

/// <summary>
/// Predictions that look at nothing but the newest 0.1 s of ego motion; a model that looks must beat the better of the two.
/// </summary>
public static class ConstantBaselines
{
    /// <summary>The newest displacement goes on unchanged; the heading stays.</summary>
    public static Trajectory Velocity(EgoHistory history)
    {
        var step = Vec3.Zero - history[EgoHistory.Poses - 2].Position;
        var poses = new Pose[Trajectory.Points];
        for (var i = 0; i < poses.Length; i++) poses[i] = new((i + 1) * step, Rotation.Identity);
        return new(poses);
    }

    /// <summary>An arc with the newest speed and turn rate, in the ground plane.</summary>
    public static Trajectory TurnRate(EgoHistory history)
    {
        double speed = history.Speed, rate = history.YawRate;
        var poses = new Pose[Trajectory.Points];
        for (var i = 0; i < poses.Length; i++)
        {
            var t = (i + 1) * Trajectory.StepSeconds;
            var half = rate * t / 2;
            // The chord of an arc: its length is v·t·sinc(half) and it leaves at half the turned angle, which has no singularity at rate 0.
            var chord = speed * t * (Math.Abs(half) < 1e-8 ? 1 : Math.Sin(half) / half);
            poses[i] = new(new(chord * Math.Cos(half), chord * Math.Sin(half), 0), Rotation.FromYaw(rate * t));
        }
        return new(poses);
    }
}
