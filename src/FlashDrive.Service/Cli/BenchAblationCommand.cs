using System.CommandLine;
using FlashDrive.Inference;
using FlashDrive.Service.Bench.Ablation;
using FlashDrive.Service.Pipelines;
using FlashDrive.Service.Reporting;
using FlashDrive.Torch;
using FlashDrive.World;

namespace FlashDrive.Service.Cli;

internal static class BenchAblationCommand
{
    private const int WindowsPerClip = 40;

    public static Command Create()
    {
        var (model, tokenizer) = (ModelOptions.Model(), ModelOptions.Tokenizer());
        var tuned = new Option<string?>("--tuned") { HelpName = "DIR", Description = "Checkpoint of the row with everything on. Default: MODEL-streaming beside the model when it is there, else the model." };
        var windows = ValueOptions.Integer("--windows", 200, 1, 100_000, "Windows of held-out clips.");
        var samples = ValueOptions.Integer("--samples", 6, 0, 64, "Trajectories of the second pass, which is not timed; 0 leaves it out.");
        var seed = ValueOptions.Seed(0, "Of thoughts and noise, the same in every row.");
        var threads = ValueOptions.Integer("--threads", 1, 1, 1024, "LibTorch threads.");
        var pipeline = new Option<string?>("--pipeline") { HelpName = "FILE", Description = "Steps of the adaptive flow and cost of drafting. Default: config/pipelines/cpu-nano.json." };
        var output = new Option<string?>("--out") { HelpName = "DIR", Description = "Write ablation.txt, ablation.json and ablation.svg there." };
        var command = new Command("ablation", "What each technique gains, alone and together: the paper's first table for any checkpoint.") { model, tokenizer, tuned, windows, samples, seed, threads, pipeline, output };
        command.SetAction((parsed, cancel) =>
        {
            var writer = parsed.InvocationConfiguration.Output;
            var folder = ModelOptions.RequireCheckpoint(parsed.GetValue(model));
            var tunedFolder = parsed.GetValue(tuned) is { } named ? ModelOptions.RequireCheckpoint(named) : Beside(folder);
            var settings = PipelineSettingsFile.Read(parsed.GetValue(pipeline) ?? Places.DefaultPipeline);
            if (parsed.GetValue(output) is { } made) Directory.CreateDirectory(made);
            torch.set_num_threads(parsed.GetValue(threads));
            using var driving = DrivingModel.Load(folder, parsed.GetValue(tokenizer));
            using var other = DrivingModel.Load(tunedFolder, parsed.GetValue(tokenizer));
            var request = new AblationRequest(
                parsed.GetValue(windows), WindowsPerClip, parsed.GetValue(samples), parsed.GetValue(threads),
                EngineOptions.Default with { Seed = parsed.GetValue(seed), Drafting = new() { CostRatio = settings.DraftCostRatio } }, settings.AdaptiveFlow);
            var done = PartDone.On(writer, $"driving {request.Windows} windows in {AblationRow.Table.Count} ways");
            var grid = driving.NewImageProcessor().GridOf(ClipMaker.DefaultHeight, ClipMaker.DefaultWidth);
            var work = new StageWork(driving.Configuration, driving.Vocabulary.Length, grid);
            var step = work.DecodeBytes(new FrameCounts { Forwards = 1 });
            // Before and after: a machine that is shared may have a slow moment at either end.
            var peak = MachinePeak.Measure(TimeProvider.System, step);
            var results = new AblationRun(request, driving, other, TimeProvider.System).Run(done, cancel);
            var report = new AblationReport(driving.Name, request, results, work, peak.Or(MachinePeak.Measure(TimeProvider.System, step)));
            List<string> lines = [.. report.Lines()];
            foreach (var line in lines) writer.WriteLine(line);
            if (parsed.GetValue(output) is { } target) Save(target, report, lines);
            return Task.FromResult((int)(report.Passed ? ExitCode.Ok : ExitCode.Exceeded));
        });
        return command;
    }

    private static void Save(string folder, AblationReport report, List<string> lines)
    {
        AtomicFile.WriteText(Path.Combine(folder, "ablation.txt"), string.Concat(lines.Select(line => line.TrimEnd() + "\n")));
        AtomicFile.WriteText(Path.Combine(folder, "ablation.json"), report.ToJson() + "\n");
        AtomicFile.WriteText(Path.Combine(folder, "ablation.svg"), AblationDrawing.Of(report));
    }

    private static string Beside(string folder)
    {
        var beside = Path.GetFullPath(Path.TrimEndingDirectorySeparator(folder)) + "-streaming";
        return Directory.Exists(beside) ? ModelOptions.RequireCheckpoint(beside) : folder;
    }
}
