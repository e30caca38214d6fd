namespace FlashDrive.World;

/// <summary>The footprint of a vehicle, pedestrian or obstacle in the ego frame at t0: metres and radians, yaw positive to the left.</summary>
public readonly record struct OrientedBox(double X, double Y, double Yaw, double Length, double Width);
