using FlashDrive.Driving;
using FlashDrive.Service.Drive;

namespace FlashDrive.Service.Tests.Drive;

/// <summary>Plans with round numbers.</summary>
internal static class Plans
{
    /// <summary>Straight ahead at a constant speed in m/s, shifted to the left by <paramref name="left"/> metres.</summary>
    public static Trajectory Straight(double speed, double left = 0)
    {
        var poses = new Pose[Trajectory.Points];
        for (var i = 0; i < poses.Length; i++) poses[i] = new(new(speed * 0.1 * (i + 1), left, 0), Rotation.Identity);
        return new(poses);
    }

    public static PlanRecord Planned(long frame, double milliseconds = 100) =>
        new(frame, 1_000_000 + frame * 100_000, PlanOutcome.Planned, TimeSpan.FromMilliseconds(milliseconds))
        {
            Reasoning = "Keep the speed because the road ahead is clear.",
            Tokens = [7, 8, 9],
            Trajectories = [Straight(10)],
            Stages = new(TimeSpan.FromMilliseconds(milliseconds * 0.1), TimeSpan.FromMilliseconds(milliseconds * 0.2), TimeSpan.FromMilliseconds(milliseconds * 0.3), TimeSpan.FromMilliseconds(milliseconds * 0.4)),
        };

    public static PlanRecord Ended(long frame, PlanOutcome outcome, string reason) =>
        new(frame, 1_000_000 + frame * 100_000, outcome, TimeSpan.Zero) { Reason = reason };

    public static CameraFrame Grey(int camera, int width = 8, int height = 4) => new(camera, 1_000_000, width, height, Enumerable.Repeat((byte)128, width * height * 3).ToArray());

    public static FrameBundle Bundle(long frame, params int[] cameras) =>
        new(frame, 1_000_000 + frame * 100_000, cameras.Select(camera => Grey(camera)).ToList(), EgoHistory.Straight(10));
}
