using System.CommandLine;
using FlashDrive.Inference;
using FlashDrive.Model.Checkpoints;
using FlashDrive.Service.Reporting;
using FlashDrive.Training.Exam;

namespace FlashDrive.Service.Cli;

/// <summary>Examines a drafter on held-out windows.</summary>
internal static class EvalDrafterCommand
{
    private const int Windows = 400;
    private const ulong FirstSeed = 1_000_000;

    public static Command Create()
    {
        var drafter = new Option<string?>("--drafter") { HelpName = "DIR", Description = "Drafter checkpoint; its parent lies beside it. Default: models/nano-dflash of the checkout." };
        var tokenizer = ModelOptions.Tokenizer();
        var windows = ValueOptions.Integer("--windows", Windows, 1, 100_000, FormattableString.Invariant($"Windows, one a world from seed {FirstSeed} on."));
        var output = new Option<string?>("--out") { HelpName = "FILE", Description = "Write every figure and thought there as JSON." };
        var threads = ModelOptions.Threads();
        var command = new Command("drafter", "Think about held-out windows with and without drafts: are the thoughts the same, and how many passes are saved?")
        {
            drafter, tokenizer, windows, output, threads,
        };
        command.SetAction((parsed, cancel) =>
        {
            var writer = parsed.InvocationConfiguration.Output;
            var folder = parsed.GetValue(drafter) ?? Path.Combine(Path.GetDirectoryName(Places.DefaultModel)!, "nano-dflash");
            var derived = DerivedCheckpoint.Find(folder)
                ?? throw new FlashDriveException(ExitCode.MissingInput, $"no drafter in '{folder}' (no {DerivedCheckpoint.FileName}): name one with --drafter DIR, or train one: ./flashdrive train drafter");
            if (parsed.GetValue(output) is { } target && Path.GetDirectoryName(Path.GetFullPath(target)) is { } parent) Directory.CreateDirectory(parent);
            using var model = DrivingModel.Load(derived.RequireParent(DrivingModel.DrafterKind), parsed.GetValue(tokenizer), drafter: folder);
            var count = parsed.GetValue(windows);
            var done = PartDone.On(writer, $"thinking about {count} windows with {Path.GetFileName(folder)}");
            var report = DraftExamination.Run(model, FirstSeed, count, parsed.GetValue(threads), done, cancel);
            foreach (var line in report.Lines()) writer.WriteLine(line);
            if (parsed.GetValue(output) is { } file) AtomicFile.WriteText(file, report.ToJson() + "\n");
            return Task.FromResult((int)(report.Passed ? ExitCode.Ok : ExitCode.Exceeded));
        });
        return command;
    }
}
