namespace FlashDrive.Service.Cli;

/// <summary>A failure the user can mend: one line that names the thing, its value, the rule it broke and what to do, and the exit code.</summary>
public sealed class FlashDriveException(ExitCode code, string message, Exception? inner = null) : Exception(message, inner)
{
    public ExitCode Code { get; } = code;
}
