using System.CommandLine;
using FlashDrive.Inference;
using FlashDrive.Model.Checkpoints;
using FlashDrive.Service.Reporting;
using FlashDrive.Training.Exam;
using FlashDrive.Training.Samples;

namespace FlashDrive.Service.Cli;

/// <summary>Compares the plans of a stream with those of whole windows on held-out clips.</summary>
internal static class EvalStreamingCommand
{
    private const int Clips = 40, Windows = 120, PlanEvery = 4, Samples = 6;
    private const int DriftWindows = 600, DriftPlanEvery = 8, DriftSamples = 1;

    public static Command Create()
    {
        var tuned = new Option<string?>("--tuned") { HelpName = "DIR", Description = "Streaming checkpoint; its parent lies beside it. Default: models/nano-streaming of the checkout." };
        var tokenizer = ModelOptions.Tokenizer();
        var clips = ValueOptions.Integer("--clips", Clips, 1, 100_000, "Held-out clips.");
        var first = ValueOptions.Integer("--first-clip", 0, 0, 1_000_000, "Number of the first of them.");
        var windows = ValueOptions.Optional("--windows", 2, WorldClip.MostWindows, $"Windows of a clip. Default: {Windows}, with --drift {DriftWindows}.");
        var every = ValueOptions.Optional("--plan-every", 1, 1000, $"Plans are compared in every this many-th window. Default: {PlanEvery}, with --drift {DriftPlanEvery}.");
        var samples = ValueOptions.Optional("--samples", 1, 64, $"Trajectories per plan. Default: {Samples}, with --drift {DriftSamples}.");
        var drift = new Option<bool>("--drift") { Description = "Compare the first third of long clips with the last: does a stream get worse with time?" };
        var output = new Option<string?>("--out") { HelpName = "FILE", Description = "Write every figure and window there as JSON." };
        var threads = ModelOptions.Threads();
        var command = new Command("streaming", "Drive held-out clips as a stream and window by window: does the stream plan as well?")
        {
            tuned, tokenizer, clips, first, windows, every, samples, drift, output, threads,
        };
        command.SetAction((parsed, cancel) =>
        {
            var writer = parsed.InvocationConfiguration.Output;
            var isDrift = parsed.GetValue(drift);
            var options = new ClipExamOptions(
                parsed.GetValue(clips), parsed.GetValue(windows) ?? (isDrift ? DriftWindows : Windows), parsed.GetValue(every) ?? (isDrift ? DriftPlanEvery : PlanEvery),
                parsed.GetValue(samples) ?? (isDrift ? DriftSamples : Samples))
            {
                FirstClip = parsed.GetValue(first), Drift = isDrift, Threads = parsed.GetValue(threads),
            };
            if (!Enumerable.Range(0, options.Windows).Any(options.IsPlanned))
                throw new FlashDriveException(ExitCode.Usage, $"--plan-every {options.PlanEvery}: no window of {options.Windows} is planned; name a smaller number");
            var folder = parsed.GetValue(tuned) ?? Places.DrivingModel;
            var derived = DerivedCheckpoint.Find(folder)
                ?? throw new FlashDriveException(ExitCode.MissingInput, $"no streaming checkpoint in '{folder}' (no {DerivedCheckpoint.FileName}): name one with --tuned DIR, or train one: ./flashdrive train streaming");
            if (parsed.GetValue(output) is { } target && Path.GetDirectoryName(Path.GetFullPath(target)) is { } parent) Directory.CreateDirectory(parent);
            using var model = DrivingModel.Load(derived.RequireParent(DrivingModel.StreamingKind), parsed.GetValue(tokenizer), drafter: DrivingModel.NoDrafter);
            using var expert = DrivingModel.Load(folder, parsed.GetValue(tokenizer), drafter: DrivingModel.NoDrafter);
            var done = PartDone.On(writer, $"driving {options.Clips} clips of {options.Windows} windows with {expert.Name}");
            var report = ClipExamination.Run(model, expert, options, done, cancel);
            foreach (var line in report.Lines()) writer.WriteLine(line);
            if (parsed.GetValue(output) is { } file) AtomicFile.WriteText(file, report.ToJson() + "\n");
            return Task.FromResult((int)(report.Passed ? ExitCode.Ok : ExitCode.Exceeded));
        });
        return command;
    }
}
