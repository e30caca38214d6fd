namespace FlashDrive.Runtime.Simulation;

/// <summary>A crash that the simulation injected.</summary>
public sealed class SimulatedCrashException(string actor, CrashPoint point, string? faultPoint = null)
    : Exception($"simulated crash of '{actor}' {point.ToString().ToLowerInvariant()} handling{(faultPoint is null ? "" : $", at '{faultPoint}'")}")
{
    public string Actor => actor;

    public CrashPoint Point => point;
}
