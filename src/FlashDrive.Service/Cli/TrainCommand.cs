using System.CommandLine;
using FlashDrive.Service.Train;
using FlashDrive.Training.Target;

namespace FlashDrive.Service.Cli;

internal static class TrainCommand
{
    public static Command Create() => new("train", "Train models on the procedural world.") { Target(), TrainDerivedCommands.Drafter(), TrainDerivedCommands.Streaming() };

    private static Command Target()
    {
        var output = new Option<string?>("--out") { HelpName = "DIR", Description = "Folder of the training. Default: training/nano in the cache folder. The model is exported to DIR/model." };
        var preset = new Option<string?>("--preset") { HelpName = "FILE", Description = "Sizes of the model. Default: config/models/nano.json." };
        var seed = ValueOptions.Seed(1, "Weights and samples follow from it.");
        var resume = new Option<bool>("--resume") { Description = "Continue the training in DIR, as if it had never stopped." };
        var see = ValueOptions.Integer("--see", TargetTrainer.SeeSteps, 1, 10_000_000, "Steps that learn to see.");
        var joint = ValueOptions.Integer("--joint", TargetTrainer.JointSteps, 1, 10_000_000, "Steps that learn everything.");
        var anneal = ValueOptions.Integer("--anneal", TargetTrainer.AnnealSteps, 1, 10_000_000, "Steps that anneal.");
        var stop = ValueOptions.Integer("--stop-after", 0, 0, int.MaxValue, "Stop after this many steps in all; 0: at the recipe's end.");
        var threads = ModelOptions.Threads();
        var command = new Command("target", "Train the model that sees, reasons and drives. Ctrl-C saves; --resume goes on.")
        {
            output, preset, seed, resume, see, joint, anneal, stop, threads,
        };
        command.SetAction((parsed, cancel) =>
        {
            var trainer = new TargetTrainer(parsed.InvocationConfiguration.Output, TimeProvider.System)
            {
                Folder = parsed.GetValue(output) ?? Path.Combine(Places.Cache, "training", "nano"),
                Preset = parsed.GetValue(preset) ?? Path.Combine(Places.Root ?? AppContext.BaseDirectory, "config", "models", "nano.json"),
                Seed = parsed.GetValue(seed),
                Resume = parsed.GetValue(resume),
                Stages = TargetTrainingOptions.Recipe(parsed.GetValue(see), parsed.GetValue(joint), parsed.GetValue(anneal)),
                StopAfter = parsed.GetValue(stop),
                Threads = parsed.GetValue(threads),
            };
            return Task.FromResult((int)trainer.Run(cancel));
        });
        return command;
    }
}
