using FlashDrive.Driving;

namespace FlashDrive.Model.Actions;

/// <summary>A pose on the ground plane: metres and radians in the ego frame at t0, x forward, y left, yaw positive to the left.</summary>
public readonly record struct PlanarPose(double X, double Y, double Yaw)
{
    public static PlanarPose From(Pose pose) => new(pose.Position.X, pose.Position.Y, pose.Rotation.Yaw);

    /// <param name="position">[3] metres.</param>
    /// <param name="rotation">[3, 3] row-major rotation from body to ego frame.</param>
    public static PlanarPose From(ReadOnlySpan<float> position, ReadOnlySpan<float> rotation) =>
        new(position[0], position[1], Math.Atan2(rotation[3], rotation[0]));

    public Pose At(double z) => new(new(X, Y, z), Rotation.FromYaw(Yaw));
}
