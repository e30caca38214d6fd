namespace FlashDrive.Runtime.Simulation;

/// <summary>An input of the engine and when it comes: virtual time since the simulation began.</summary>
public readonly record struct Arrival<T>(TimeSpan At, T Item);
