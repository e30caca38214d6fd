using System.CommandLine;
using System.Globalization;
using FlashDrive.Inference;
using FlashDrive.Service.Reporting;
using FlashDrive.Training.Exam;
using FlashDrive.Training.Samples;

namespace FlashDrive.Service.Cli;

internal static class EvalCommand
{
    private const int Windows = 400, Samples = 6;

    public static Command Create()
    {
        var model = ModelOptions.Model();
        var tokenizer = ModelOptions.Tokenizer();
        var seeds = ValueOptions.Checked("--seeds", "A..B", new SeedRange(1_000_000, 1_099_999), "Worlds of the exam.",
            FormattableString.Invariant($"A..B with A <= B < {WorldSource.FirstTrainingSeed}, where the training's worlds begin"), SeedRange.Parse);
        var windows = ValueOptions.Integer("--windows", Windows, 1, 100_000, "Windows of the exam, one a seed.");
        var samples = ValueOptions.Integer("--samples", Samples, 1, 64, "Trajectories per window.");
        var output = new Option<string?>("--out") { HelpName = "FILE", Description = "Write every bar, confusion table and window there as JSON." };
        var threads = ModelOptions.Threads();
        var command = new Command("eval", "Examine a model on worlds it was never trained on: does it see, reason, drive and mean what it says?")
        {
            model, tokenizer, seeds, windows, samples, output, threads, EvalStreamingCommand.Create(), EvalDrafterCommand.Create(),
        };
        command.SetAction((parsed, cancel) =>
        {
            var (writer, range, count) = (parsed.InvocationConfiguration.Output, parsed.GetValue(seeds)!, parsed.GetValue(windows));
            if (range.Last - range.First < (ulong)count - 1)
                throw new FlashDriveException(ExitCode.Usage, $"--seeds {range} has fewer worlds than --windows {count}: widen it or ask for fewer");
            // An exam takes minutes: a folder that cannot be made must be known before it.
            if (parsed.GetValue(output) is { } target && Path.GetDirectoryName(Path.GetFullPath(target)) is { } parent) Directory.CreateDirectory(parent);
            using var driving = DrivingModel.Load(ModelOptions.RequireCheckpoint(parsed.GetValue(model)), parsed.GetValue(tokenizer));
            var done = PartDone.On(writer, $"examining {driving.Name} on {count} windows");
            var report = Examination.Run(driving, new(range.First, range.Last, count, parsed.GetValue(samples)) { Threads = parsed.GetValue(threads) },
                new Counted(done, count), cancel);
            foreach (var line in report.Lines()) writer.WriteLine(line);
            if (parsed.GetValue(output) is { } file) AtomicFile.WriteText(file, report.ToJson() + "\n");
            return Task.FromResult((int)(report.Passed ? ExitCode.Ok : ExitCode.Exceeded));
        });
        return command;
    }

    /// <summary>Inclusive range of world seeds.</summary>
    internal sealed record SeedRange(ulong First, ulong Last)
    {
        public static (bool Valid, SeedRange Value) Parse(string text)
        {
            var ends = text.Split("..");
            var valid = ulong.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
                & ulong.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last);
            return (valid && ends.Length == 2 && first <= last && last < WorldSource.FirstTrainingSeed, new(first, last));
        }

        public override string ToString() => FormattableString.Invariant($"{First}..{Last}");
    }

    private sealed class Counted(IProgress<double> part, int total) : IProgress<int>
    {
        private readonly Lock _lock = new();

        public void Report(int value)
        {
            lock (_lock) part.Report((double)value / total);
        }
    }
}
