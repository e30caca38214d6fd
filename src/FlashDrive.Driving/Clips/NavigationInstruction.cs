namespace FlashDrive.Driving.Clips;

/// <summary>A route text in force from a time on, e.g. "Turn right in 30m".</summary>
/// <param name="FromMicroseconds">Microseconds since the Unix epoch.</param>
/// <param name="Text">The prompt's route text; empty ends the instruction before it.</param>
public sealed record NavigationInstruction(long FromMicroseconds, string Text);
