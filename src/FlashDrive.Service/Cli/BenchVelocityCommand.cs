using System.CommandLine;
using System.Text.Json;
using FlashDrive.Inference;
using FlashDrive.Service.Bench.Velocity;
using FlashDrive.Service.Reporting;
using FlashDrive.Torch;

namespace FlashDrive.Service.Cli;

internal static class BenchVelocityCommand
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, IndentSize = 1 };

    public static Command Create()
    {
        var (model, tokenizer) = (ModelOptions.Model(), ModelOptions.Tokenizer());
        var evaluations = ValueOptions.Integer("--evaluations", 4, 1, 64, "Evaluations of the velocity to spend.");
        var steps = ValueOptions.Optional("--steps", 2, 64, "Steps of the grid. Default: the checkpoint's.");
        var windows = ValueOptions.Integer("--windows", 40, 1, 10_000, "Windows to choose on; the choice is judged on as many others.");
        var samples = ValueOptions.Integer("--samples", 6, 1, 64, "Trajectories per window when judging.");
        var seed = ValueOptions.Seed(0, "Of the noise.");
        var output = new Option<string?>("--out") { HelpName = "DIR", Description = "Write velocity.svg and velocity.json there." };
        var command = new Command("velocity", "Where along its steps does the flow's velocity change, and which steps are worth an evaluation?") { model, tokenizer, evaluations, steps, windows, samples, seed, output };
        command.SetAction((parsed, cancel) =>
        {
            var writer = parsed.InvocationConfiguration.Output;
            var folder = ModelOptions.RequireCheckpoint(parsed.GetValue(model));
            if (parsed.GetValue(output) is { } made) Directory.CreateDirectory(made);
            torch.set_num_threads(1);
            using var driving = DrivingModel.Load(folder, parsed.GetValue(tokenizer));
            var grid = parsed.GetValue(steps) ?? driving.Configuration.Flow.Steps;
            if (parsed.GetValue(evaluations) > grid) throw new FlashDriveException(ExitCode.Usage, $"--evaluations {parsed.GetValue(evaluations)}: at most the {grid} steps can be evaluated");
            var request = new VelocityRequest(parsed.GetValue(evaluations), parsed.GetValue(steps), parsed.GetValue(windows), parsed.GetValue(samples), parsed.GetValue(seed));
            var done = PartDone.On(writer, $"looking at the velocity of {driving.Name} in {request.Windows} windows");
            var report = VelocityStudy.Run(driving, request, done, cancel);
            Print(writer, report);
            if (parsed.GetValue(output) is not { } target) return Task.FromResult((int)ExitCode.Ok);
            AtomicFile.WriteText(Path.Combine(target, "velocity.svg"), VelocityDrawing.Of(report, driving.Name));
            AtomicFile.WriteText(Path.Combine(target, "velocity.json"), JsonSerializer.Serialize(report, Json) + "\n");
            return Task.FromResult((int)ExitCode.Ok);
        });
        return command;
    }

    private static void Print(TextWriter writer, VelocityReport report)
    {
        void Line(FormattableString text) => writer.WriteLine(FormattableString.Invariant(text));
        writer.WriteLine("between steps   relative change   cosine");
        for (var i = 0; i < report.Profile.Change.Count; i++) Line($"{i,7} and {i + 1,-3}  {report.Profile.Change[i],14:P1}   {report.Profile.Cosine[i]:F4}");
        Line($"proposal: {report.Best}; --techniques adaptive takes it from flow_steps = {report.Best.Steps}, flow_reuse = [{string.Join(", ", report.Best.Reused)}] of the pipeline file");
        Line($"its paths lie {report.BestAway:F3} m from the whole schedule's on average; those of {report.Request.Evaluations} uniform steps {report.UniformAway:F3} m");
        Line($"{"on other windows",-44} {"ADE",8} {"minADE of " + report.Request.Samples,13}");
        foreach (var errors in new[] { report.WholeErrors, report.BestErrors, report.UniformErrors })
            Line($"{errors.Schedule,-44} {errors.Ade,6:F3} m {errors.MinAde,11:F3} m   x {errors.Ade / report.WholeErrors.Ade:F3}, x {errors.MinAde / report.WholeErrors.MinAde:F3}");
    }
}
