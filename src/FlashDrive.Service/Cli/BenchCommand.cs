using System.CommandLine;

namespace FlashDrive.Service.Cli;

internal static class BenchCommand
{
    public static Command Create() => new("bench", "Measure what makes the engine fast.") { BenchVelocityCommand.Create(), BenchAblationCommand.Create() };
}
