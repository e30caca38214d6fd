using FlashDrive.Model.Configuration;
using FlashDrive.Model.Tokenization;
using FlashDrive.Service.Cli;
using FlashDrive.Training.Checkpoints;
using FlashDrive.Training.Samples;
using FlashDrive.Training.Target;
using FlashDrive.Training.Vocabulary;
using FlashDrive.World;

namespace FlashDrive.Service.Train;

/// <summary>Runs a training of the target model from its files to its exported checkpoint, and tells how it goes.</summary>
internal sealed class TargetTrainer(TextWriter output, TimeProvider time)
{
    public const int SeeSteps = 800, JointSteps = 3200, AnnealSteps = 2000;

    private const double EpisodeShare = 0.15;
    private const int StepsBetweenChecks = 300;

    public required string Folder { get; init; }

    public required string Preset { get; init; }

    public required ulong Seed { get; init; }

    public required IReadOnlyList<TrainingStage> Stages { get; init; }

    public bool Resume { get; init; }

    public long StopAfter { get; init; }

    public int Threads { get; init; }

    /// <returns>Interrupted when it was stopped before its end; what was learned is saved either way.</returns>
    public ExitCode Run(CancellationToken cancel)
    {
        if (!File.Exists(Preset)) throw new FlashDriveException(ExitCode.MissingInput, $"no preset '{Preset}': name one with --preset FILE");
        var preset = ModelPreset.Load(Preset);
        var words = NanoVocabulary.Learn(SentenceGrammar.AllSentences);
        var vocabulary = ModelVocabulary.Create(words.ToTokenizer(), preset.Configuration);
        var options = new TargetTrainingOptions(preset, Folder, Seed, Stages)
        {
            Threads = Threads, Resume = Resume, StopAfterSteps = StopAfter, CheckEverySteps = StepsBetweenChecks,
        };
        using var training = new TargetTraining(options, vocabulary, new WorldSource(Seed, EpisodeShare));
        output.WriteLine($"training {preset.Name} in {Folder}: step {training.Step} of {training.TotalSteps}, {training.Network.Parameters.Count} parameters, seed {Seed}");
        training.Run(new TrainingView(output, time, ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected), time, cancel);
        return training.Step < training.TotalSteps ? Paused(training, cancel) : Finished(training, preset, words);
    }

    private ExitCode Paused(TargetTraining training, CancellationToken cancel)
    {
        output.WriteLine($"saved at step {training.Step} of {training.TotalSteps} in {Folder}; go on with the same options and --resume");
        return cancel.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Ok;
    }

    private ExitCode Finished(TargetTraining training, ModelPreset preset, BpeModel words)
    {
        var model = Path.Combine(Folder, "model");
        ModelExport.Write(model, training.Network, preset, words);
        output.WriteLine($"done after {training.Step} steps; the checkpoint is {model}");
        output.WriteLine($"examine it with: ./flashdrive eval --model {model}");
        return ExitCode.Ok;
    }
}
