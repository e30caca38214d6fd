using System.CommandLine;
using FlashDrive.Service.Train;

namespace FlashDrive.Service.Cli;

/// <summary>The trainings upon a finished model.</summary>
internal static class TrainDerivedCommands
{
    public static Command Drafter()
    {
        var groups = ValueOptions.Integer("--groups", 600, 1, 1_000_000, "Groups of eight thoughts to learn from.");
        return Create("drafter", "dflash", 3000, "Train the drafter that proposes a model's thoughts in blocks. Ctrl-C saves; --resume goes on.", groups,
            (trainer, parsed, cancel) => trainer.Drafter(parsed.GetValue(groups), cancel));
    }

    public static Command Streaming()
    {
        var rollouts = ValueOptions.Integer("--rollouts", 4, 1, 1024, "Rollouts of a step.");
        return Create("streaming", "streaming", 360, "Train a model's action expert to read the cache of a stream. Ctrl-C saves; --resume goes on.", rollouts,
            (trainer, parsed, cancel) => trainer.Streaming(parsed.GetValue(rollouts), cancel));
    }

    private static Command Create(
        string name, string suffix, int standardSteps, string description, Option<int> own, Func<DerivedTrainer, ParseResult, CancellationToken, ExitCode> run)
    {
        var model = ModelOptions.Model();
        var tokenizer = ModelOptions.Tokenizer();
        var output = new Option<string?>("--out") { HelpName = "DIR", Description = $"Folder of the training. Default: training/MODEL-{suffix} in the cache folder." };
        var export = new Option<string?>("--export") { HelpName = "DIR", Description = $"Folder of the result, beside the model. Default: MODEL-{suffix}." };
        var seed = ValueOptions.Seed(1, "Weights, samples and noise follow from it.");
        var steps = ValueOptions.Integer("--steps", standardSteps, 1, 10_000_000, "Steps in all.");
        var stop = ValueOptions.Integer("--stop-after", 0, 0, int.MaxValue, "Stop after this many steps in all; 0: at the end.");
        var resume = new Option<bool>("--resume") { Description = "Continue the training in DIR, as if it had never stopped." };
        var threads = ModelOptions.Threads();
        var command = new Command(name, description) { model, tokenizer, output, export, seed, steps, own, stop, resume, threads };
        command.SetAction((parsed, cancel) =>
        {
            var parent = Path.TrimEndingDirectorySeparator(Path.GetFullPath(ModelOptions.RequireCheckpoint(parsed.GetValue(model))));
            var derived = $"{Path.GetFileName(parent)}-{suffix}";
            var beside = Path.GetDirectoryName(parent)!;
            var result = Path.GetFullPath(parsed.GetValue(export) ?? Path.Combine(beside, derived));
            if (Path.GetDirectoryName(result) != beside)
                throw new FlashDriveException(ExitCode.Usage, $"--export {result}: a derived checkpoint must lie beside its parent, in {beside}");
            var trainer = new DerivedTrainer(parsed.InvocationConfiguration.Output, TimeProvider.System)
            {
                Model = parent,
                Tokenizer = parsed.GetValue(tokenizer),
                Folder = parsed.GetValue(output) ?? Path.Combine(Places.Cache, "training", derived),
                Export = result,
                Seed = parsed.GetValue(seed),
                Steps = parsed.GetValue(steps),
                StopAfter = parsed.GetValue(stop),
                Resume = parsed.GetValue(resume),
                Threads = parsed.GetValue(threads),
            };
            return Task.FromResult((int)run(trainer, parsed, cancel));
        });
        return command;
    }
}
