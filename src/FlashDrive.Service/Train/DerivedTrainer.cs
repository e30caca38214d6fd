using FlashDrive.Inference;
using FlashDrive.Model.Checkpoints;
using FlashDrive.Service.Cli;
using FlashDrive.Training.Derived;
using FlashDrive.Training.Drafting;
using FlashDrive.Training.Streaming;
using FlashDrive.Training.Target;

namespace FlashDrive.Service.Train;

/// <summary>Runs a training upon a finished model from its files to its exported checkpoint, and tells how it goes.</summary>
internal sealed class DerivedTrainer(TextWriter output, TimeProvider time)
{
    private const int DraftWarmUp = 200, StreamWarmUp = 50, StepsBetweenValidations = 500;

    /// <summary>The parent's folder.</summary>
    public required string Model { get; init; }

    public required string? Tokenizer { get; init; }

    /// <summary>Folder of the training.</summary>
    public required string Folder { get; init; }

    /// <summary>Folder of its result, beside the parent's.</summary>
    public required string Export { get; init; }

    public required ulong Seed { get; init; }

    public required int Steps { get; init; }

    public bool Resume { get; init; }

    public long StopAfter { get; init; }

    public int Threads { get; init; }

    private bool Terminal => ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;

    /// <param name="groups">Groups of thoughts to learn from.</param>
    public ExitCode Drafter(int groups, CancellationToken cancel)
    {
        using var model = Load();
        var (recipe, geometry, parent) = (new DraftRecipe(groups), DrafterNetwork.GeometryFor(model), DerivedCheckpoint.Sha256(Model));
        var source = new ThoughtSource(model, geometry, recipe, Seed);
        var key = FormattableString.Invariant($"{recipe} {string.Join(' ', geometry.TargetLayers)} {Seed} {parent}");
        var corpus = Corpus("thoughts", recipe.Groups, validation: false);
        var validation = Corpus("validation", recipe.ValidationGroups, validation: true);
        var options = new DerivedTrainingOptions(Folder, parent, Seed, new TrainingStage("draft", true, Steps, 1.5e-3, 1e-5, Math.Min(DraftWarmUp, Steps)))
        {
            Threads = Threads, MicroBatches = 2, Resume = Resume, StopAfterSteps = StopAfter, ValidateEverySteps = StepsBetweenValidations,
        };
        using var training = new DrafterTraining(options, recipe, geometry, model, corpus, validation);
        return Run(training, cancel, () =>
        {
            output.WriteLine($"the best parameters are those of step {training.TakeBest()}");
            training.Network.Export(Export, Model);
            output.WriteLine(FormattableString.Invariant(
                $"tokens per forward pass of the target on worlds not learned from: {training.Acceptance().TokensPerForward:0.00} (whole windows {training.Acceptance(false).TokensPerForward:0.00}, streamed {training.Acceptance(true).TokensPerForward:0.00})"));
        });

        DraftCorpus Corpus(string name, int count, bool validation)
        {
            Directory.CreateDirectory(Folder);
            var file = Path.Combine(Folder, name + ".safetensors");
            if (DraftCorpus.Load(file, key, geometry.Features, geometry.ContextLength) is { } stored) return stored;
            var drawn = source.Draw(count, validation, Threads, new Reporting.PartDone(output, $"drawing {name} of {model.Name}", Terminal), cancel);
            drawn.Save(file, key);
            return drawn;
        }
    }

    /// <param name="rollouts">Rollouts of a step.</param>
    public ExitCode Streaming(int rollouts, CancellationToken cancel)
    {
        using var model = Load();
        var options = new DerivedTrainingOptions(Folder, DerivedCheckpoint.Sha256(Model), Seed, new TrainingStage("stream", true, Steps, 3e-4, 1e-5, Math.Min(StreamWarmUp, Steps)))
        {
            Threads = Threads, MicroBatches = rollouts, Resume = Resume, StopAfterSteps = StopAfter,
        };
        using var training = new StreamingTraining(options, new StreamingRecipe(), model);
        return Run(training, cancel, () => training.Export(Export, Model));
    }

    private DrivingModel Load() => DrivingModel.Load(Model, Tokenizer, drafter: DrivingModel.NoDrafter);

    private ExitCode Run(DerivedTraining training, CancellationToken cancel, Action export)
    {
        output.WriteLine($"training upon {Model} in {Folder}: step {training.Step} of {training.TotalSteps}, {training.Parameters.Count} parameters, seed {Seed}");
        training.Run(new DerivedView(output, time, Terminal), time, cancel);
        if (training.Step < training.TotalSteps)
        {
            output.WriteLine($"saved at step {training.Step} of {training.TotalSteps} in {Folder}; go on with the same options and --resume");
            return cancel.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Ok;
        }
        Directory.CreateDirectory(Export);
        export();
        output.WriteLine($"done after {training.Step} steps; the checkpoint is {Export}");
        return ExitCode.Ok;
    }
}
