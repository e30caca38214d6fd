using System.CommandLine;
using FlashDrive.Service.Drive;
using FlashDrive.Service.Reporting;
using FlashDrive.World;

namespace FlashDrive.Service.Cli;

internal static class ClipCommand
{
    public static Command Create() => new("clip", "Make clips.") { Make() };

    private static Command Make()
    {
        var folder = new Argument<string>("DIR") { Description = "Folder of the clip; a clip that is there is replaced." }.WithoutOptions();
        var seed = ValueOptions.Seed(7, "The world, the traffic and the drive follow from it.");
        var seconds = ValueOptions.Number("--seconds", "T", 20, 1, true, Episode.LongestSeconds, "Length of the drive.");
        var width = ValueOptions.Even("--width", ClipMaker.DefaultWidth, 16, 1920, "Pixels of a picture.");
        var height = ValueOptions.Even("--height", ClipMaker.DefaultHeight, 16, 1080, "Pixels of a picture.");
        var command = new Command("make", "Record a drive through the procedural world: four cameras at 10 Hz, ego poses, the expert's words.")
        {
            folder, seed, seconds, width, height,
        };
        command.SetAction((parsed, cancel) =>
        {
            var output = parsed.InvocationConfiguration.Output;
            var target = parsed.GetRequiredValue(folder);
            var progress = PartDone.On(output, $"making {target}");
            ClipFolder.Make(target, parsed.GetValue(seed), parsed.GetValue(seconds), parsed.GetValue(width), parsed.GetValue(height), progress, cancel);
            output.WriteLine($"drive it with: ./flashdrive drive {target}");
            return Task.FromResult((int)ExitCode.Ok);
        });
        return command;
    }
}
