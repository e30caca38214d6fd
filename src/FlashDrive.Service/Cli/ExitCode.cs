namespace FlashDrive.Service.Cli;

/// <summary>What the program answers to the shell; numbers follow sysexits.h where it has one. Documented in docs/exit-codes.md.</summary>
public enum ExitCode
{
    Ok = 0,
    Exceeded = 1,
    Usage = 2,
    BadData = 65,
    MissingInput = 66,
    MissingDependency = 69,
    Internal = 70,
    InputOutput = 74,
    Configuration = 78,
    Interrupted = 130,
}
