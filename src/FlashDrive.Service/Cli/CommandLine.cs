using System.CommandLine;

namespace FlashDrive.Service.Cli;

/// <summary>Parses a command line, runs its verb and turns whatever happens into an exit code.</summary>
public static class CommandLine
{
    public static int Run(IReadOnlyList<string> arguments, TextWriter output, TextWriter error)
    {
        var root = Root();
        var parsed = root.Parse(arguments.Count == 0 ? ["--help"] : arguments);
        if (parsed.Errors.Count > 0)
        {
            error.WriteLine($"flashdrive: {UsageErrors.LineOf(parsed)}");
            return (int)ExitCode.Usage;
        }
        using var interrupt = new Interrupt();
        try
        {
            return parsed.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = output, Error = error },
                interrupt.Token).GetAwaiter().GetResult();
        }
        catch (Exception failure)
        {
            return (int)Failures.Report(failure, error);
        }
    }

    internal static RootCommand Root()
    {
        var root = new RootCommand("FlashDrive drives: camera frames and ego motion in, a sentence of reasoning and a trajectory out. ./flashdrive test builds and runs every test.")
        {
            DriveCommand.Create(),
            DoctorCommand.Create(),
            ConformanceCommand.Create(),
            ClipCommand.Create(),
            TrainCommand.Create(),
            EvalCommand.Create(),
            BenchCommand.Create(),
        };
        return root;
    }
}
