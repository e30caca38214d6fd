using System.Diagnostics;
using FlashDrive.Inference;
using FlashDrive.Model;
using FlashDrive.Model.Tokenization;
using FlashDrive.Training.Checkpoints;
using FlashDrive.Training.Exam;
using FlashDrive.Training.Optimization;
using FlashDrive.Training.Samples;

namespace FlashDrive.Training.Target;

/// <summary>
/// Trains the target model: see, then everything, then anneal. Everything a step uses follows from the seed and the step's number,
/// so a training that stops and resumes ends with the same bytes as one that never stopped.
/// </summary>
public sealed class TargetTraining : IDisposable
{
    private const double VisionRate = 0.5, ClassWeight = 0.3;

    private readonly TargetTrainingOptions _options;
    private readonly ISampleSource _source;
    private readonly SampleEncoder _encoder;
    private readonly TargetLoss _loss;
    private readonly AdamW _optimizer;
    private readonly float[] _gradient;
    private readonly ModelVocabulary _vocabulary;
    private readonly TrainingIdentity _identity;

    public TargetTraining(TargetTrainingOptions options, ModelVocabulary vocabulary, ISampleSource source)
    {
        _options = options;
        _source = source;
        _vocabulary = vocabulary;
        var configuration = options.Preset.Configuration;
        _encoder = new(configuration, vocabulary, source.ClassCount, options.Seed);
        var patchesPerToken = configuration.Vision.MergeSize * configuration.Vision.MergeSize;
        var classes = _encoder.ClassesPerPatch * patchesPerToken;
        Network = new(configuration, vocabulary.Length, classes, options.Seed);
        var positive = new float[classes];
        Array.Fill(positive, 4f);
        const int longestThought = 32;
        _loss = new(Network, _encoder.Prompt, vocabulary.ImagePad, longestThought, _encoder.Patches, positive);
        _optimizer = new(Network.Parameters.Count);
        _gradient = new float[Network.Parameters.Count];
        _identity = new(options.Seed, TrainingIdentity.Digest(Network.Parameters.Shapes, configuration.ActionSpace, configuration.ActionInput, configuration.Text.RopeTheta, configuration.TokenIds));
        var exists = File.Exists(Path.Combine(options.Folder, TrainingCheckpoint.FileName));
        if (options.Resume) Step = TrainingCheckpoint.Load(options.Folder, Network.Parameters, _optimizer, _identity);
        else if (exists) throw new TrainingCheckpointException($"{options.Folder} holds a training already; continue it with --resume or give another --out folder");
    }

    public TargetNetwork Network { get; }

    /// <summary>Steps done in all.</summary>
    public long Step { get; private set; }

    public long TotalSteps => _options.Stages.Sum(s => (long)s.Steps);

    /// <summary>Runs to the recipe's end, to <see cref="TargetTrainingOptions.StopAfterSteps"/>, or until cancelled; saves on the way and at the end.</summary>
    public void Run(IProgress<TrainingProgress>? progress, TimeProvider time, CancellationToken cancellation)
    {
        var last = _options.StopAfterSteps > 0 ? Math.Min(_options.StopAfterSteps, TotalSteps) : TotalSteps;
        using var workers = new GradientWorkers(_options.Threads, _options.MicroBatches, Network.Parameters.Leaves, Network.Parameters.Offsets);
        var saved = time.GetTimestamp();
        var speed = new SpeedMeter(time);
        while (Step < last && !cancellation.IsCancellationRequested)
        {
            var (stage, stepOfStage) = StageOf(Step);
            // Other parameters learn from here on: moments of the stage before would be wrong. An anneal keeps them.
            if (stepOfStage == 0 && Step > 0 && StageOf(Step - 1).Stage.Joint != stage.Joint) _optimizer.Reset();
            var losses = workers.Compute(i => LossOf(stage, i), _gradient);
            var rate = stage.Rate(stepOfStage);
            var groups = Network.Groups(stage.Joint ? VisionRate : 1, stage.Joint ? 1 : 0);
            var norm = _optimizer.Step(Network.Parameters.Values, _gradient, groups, new(rate, 0.9, 0.98, 0.05, 1.0));
            if (!double.IsFinite(norm)) throw new InvalidOperationException($"the gradient of step {Step} is not finite; the checkpoint before it is intact");
            Step++;
            var save = time.GetElapsedTime(saved) >= _options.CheckpointEvery;
            if (save)
            {
                Save();
                saved = time.GetTimestamp();
            }
            var perStep = _options.MicroBatches * (stage.Joint ? _options.MomentsPerMicroBatch : _options.GlancesPerMicroBatch);
            var stepsPerSecond = speed.Tick();
            var check = stage.Joint && _options.CheckEverySteps > 0 && Step % _options.CheckEverySteps == 0 ? Check() : null;
            progress?.Report(new(
                Step, TotalSteps, stage.Name, losses.Thought, losses.Flow, losses.Classes, norm, rate, stepsPerSecond * perStep,
                TimeSpan.FromSeconds(stepsPerSecond > 0 ? (last - Step) / stepsPerSecond : 0), save, check));
        }
        Save();
    }

    public void Save() => TrainingCheckpoint.Save(_options.Folder, Network.Parameters, _optimizer, Step, _identity);

    /// <summary>Drives held-out windows with the weights as they are, through the engine's own stages.</summary>
    public HeldOutCheck Check()
    {
        using var model = new DrivingModel("training", new AlpamayoModel(Network.Configuration, Network.Parameters.Share(Network.ModelNames)), _vocabulary);
        return HeldOutCheck.Run(model, _options.CheckWindows, _options.Threads);
    }

    public void Dispose()
    {
        _loss.Dispose();
        Network.Dispose();
    }

    private (TrainingStage Stage, int Step) StageOf(long step)
    {
        foreach (var stage in _options.Stages)
        {
            if (step < stage.Steps) return (stage, (int)step);
            step -= stage.Steps;
        }
        throw new InvalidOperationException($"step {step} lies behind the recipe");
    }

    private LossParts LossOf(TrainingStage stage, int microBatch)
    {
        var count = stage.Joint ? _options.MomentsPerMicroBatch : _options.GlancesPerMicroBatch;
        var samples = new EncodedSample[count];
        for (var i = 0; i < count; i++)
        {
            // 2^20 samples of room for every step: indices of different steps never meet, whatever the batch size.
            var index = ((ulong)Step << 20) + (ulong)(microBatch * count + i);
            samples[i] = _encoder.Encode(stage.Joint ? _source.Moment(index) : _source.Glance(index), index);
        }
        return stage.Joint ? _loss.Joint(samples, ClassWeight) : _loss.Glance(samples);
    }
}
