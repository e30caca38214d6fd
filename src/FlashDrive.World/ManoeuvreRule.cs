using FlashDrive.Driving;

namespace FlashDrive.World;

/// <summary>Tells from a trajectory alone whether it is a given manoeuvre.</summary>
public static class ManoeuvreRule
{
    public static bool Agrees(Manoeuvre manoeuvre, IReadOnlyList<Pose> history, Trajectory future) => throw new NotImplementedException();
}
