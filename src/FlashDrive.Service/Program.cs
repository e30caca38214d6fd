using FlashDrive.Service.Cli;

// The version is answered before anything else is loaded: scripts ask for it often.
if (args is ["--version"])
{
    Console.Out.WriteLine($"flashdrive {ProgramVersion.Text}");
    return (int)ExitCode.Ok;
}
return CommandLine.Run(args, Console.Out, Console.Error);
