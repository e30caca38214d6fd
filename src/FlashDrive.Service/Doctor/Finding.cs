namespace FlashDrive.Service.Doctor;

/// <summary>How a <see cref="Finding"/> bears on driving: fine, worth knowing, or in the way.</summary>
public enum FindingState
{
    Ok,
    Note,
    Fault,
}

/// <summary>One thing the doctor looked at.</summary>
/// <param name="Name">What was looked at.</param>
/// <param name="Value">What was found, one line.</param>
/// <param name="Mend">The line that mends it, when there is something to mend.</param>
public sealed record Finding(string Name, string Value, FindingState State = FindingState.Ok, string? Mend = null);
