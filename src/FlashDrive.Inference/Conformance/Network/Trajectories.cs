using FlashDrive.Driving;

namespace FlashDrive.Inference.Conformance.Network;

/// <summary>Trajectories of sampled actions as the reference lays them out.</summary>
internal sealed class Trajectories(DrivingModel model)
{
    private readonly List<float> _xyz = [], _rot = [];

    internal float[] Xyz => [.. _xyz];

    /// <summary>Row-major 3x3 per point.</summary>
    internal float[] Rot => [.. _rot];

    internal void Add(float[] actions, EgoHistory history)
    {
        var matrix = new float[9];
        foreach (var pose in model.Actions.ToTrajectory(actions, history).Poses)
        {
            _xyz.AddRange([(float)pose.Position.X, (float)pose.Position.Y, (float)pose.Position.Z]);
            pose.Rotation.ToMatrix(matrix);
            _rot.AddRange(matrix);
        }
    }

    internal void Compare(FixtureFile file, Comparison comparison, double tolerance)
    {
        comparison.Relative(file, "pred_xyz", Xyz, tolerance);
        comparison.Relative(file, "pred_rot", Rot, tolerance);
    }
}
