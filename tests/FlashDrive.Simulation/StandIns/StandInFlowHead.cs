using FlashDrive.Driving;
using FlashDrive.Inference;
using FlashDrive.Inference.Stages;

namespace FlashDrive.Simulation.StandIns;

/// <summary>Straight ahead; the actions hold the session's fingerprint.</summary>
public sealed class StandInFlowHead(StandInOptions options) : IFlowHead
{
    private static readonly Trajectory Straight = Ahead(StandInFrames.Speed), Sudden = Ahead(2 * StandInFrames.Speed);

    public bool Denoise(FrameSession session)
    {
        session.ThrowIfCancelled();
        var first = session.FirstSample * 2 * Trajectory.Points;
        session.Actions.AsSpan(first, session.SamplesPerThought * 2 * Trajectory.Points).Fill(Fingerprint.Of(session));
        options.Reach(StageNames.Action, session.Window.Facts.Newest);
        return session.Close(new("straight on", [.. session.Session.Tokens], Completed: true));
    }

    public Plan Assemble(FrameSession session)
    {
        var window = session.Window.Facts;
        var trajectories = new Trajectory[session.Options.Flow.Samples];
        Array.Fill(trajectories, IsRefused(session) ? Sudden : Straight);
        return new(window.Newest.FrameId, window.Newest.TickMicroseconds, session.Thoughts, trajectories, session.Actions, window.Patched, window.ColdReason);
    }

    private bool IsRefused(FrameSession session) =>
        session.Window.Facts.Newest.Navigation == StandInFrames.RefusedByGuard || session.Random.Integer(0, 1000) < options.RefusedPlans;

    private static Trajectory Ahead(double speed)
    {
        var poses = new Pose[Trajectory.Points];
        for (var k = 0; k < poses.Length; k++) poses[k] = new(new(speed * Trajectory.StepSeconds * (k + 1), 0, 0), Rotation.Identity);
        return new(poses);
    }
}
