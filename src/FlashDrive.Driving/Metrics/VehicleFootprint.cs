namespace FlashDrive.Driving.Metrics;

/// <summary>The ground rectangle a vehicle covers.</summary>
/// <param name="Length">Metres.</param>
/// <param name="Width">Metres.</param>
/// <param name="CenterForward">Metres from the pose's origin forward to the rectangle's centre; 0 when poses are given at the centre.</param>
public readonly record struct VehicleFootprint(double Length, double Width, double CenterForward = 0)
{
    public OrientedBox At(Pose pose)
    {
        var yaw = pose.Rotation.Yaw;
        var (sin, cos) = Math.SinCos(yaw);
        return new(pose.Position.X + CenterForward * cos, pose.Position.Y + CenterForward * sin, yaw, Length, Width);
    }
}
