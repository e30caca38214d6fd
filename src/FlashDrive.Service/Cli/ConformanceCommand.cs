using System.CommandLine;
using FlashDrive.Inference.Conformance;
using FlashDrive.Torch;

namespace FlashDrive.Service.Cli;

internal static class ConformanceCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("DIR") { Description = "A set of fixtures, a folder above several sets, or one fixture." }.WithoutOptions();
        var selfTest = new Option<bool>("--self-test") { Description = "Also disturb each compared tensor by three tolerances, which must be noticed." };
        var threads = ModelOptions.Threads();
        var command = new Command("conformance", "Compare every tensor of every fixture with the public reference's, within its tolerance.") { folder, selfTest, threads };
        command.SetAction(parsed =>
        {
            var directory = parsed.GetRequiredValue(folder);
            if (!Directory.Exists(directory)) throw new FlashDriveException(ExitCode.MissingInput, $"no folder '{directory}': name one that holds fixtures");
            torch.set_num_threads(parsed.GetValue(threads));
            var code = new ConformanceRunner().Run(directory, parsed.GetValue(selfTest), parsed.InvocationConfiguration.Output);
            return (int)(code == ConformanceRunner.Success ? ExitCode.Ok : ExitCode.Exceeded);
        });
        return command;
    }
}
