using FlashDrive.Training.Checkpoints;
using FlashDrive.Training.Optimization;
using FlashDrive.Training.Target;

namespace FlashDrive.Training.Derived;

/// <summary>
/// The loop that trainings upon a finished model share: AdamW, warm-up, cosine, gradients clipped to norm 1, checkpoints. Everything
/// a step uses follows from the seed and the step's number, so a training that stops and resumes ends with the same bytes.
/// </summary>
public abstract class DerivedTraining : IDisposable
{
    private readonly AdamW _optimizer;
    private readonly BestParameters? _best;
    private readonly float[] _gradient;
    private readonly TrainingIdentity _identity;

    /// <param name="parameters">What learns, with its start values; disposed with the training.</param>
    /// <param name="recipe">Whatever else must be equal for a resumed training to go on.</param>
    /// <exception cref="TrainingCheckpointException">The folder's checkpoint is another training's, or it must not be there.</exception>
    protected DerivedTraining(DerivedTrainingOptions options, FlatParameters parameters, params ReadOnlySpan<object> recipe)
    {
        (Options, Parameters) = (options, parameters);
        (_optimizer, _gradient) = (new(parameters.Count), new float[parameters.Count]);
        if (options.ValidateEverySteps > 0) _best = new(parameters.Count);
        _identity = new(options.Seed, TrainingIdentity.Digest(
            parameters.Shapes, [options.Stage, options.MicroBatches, options.ValidateEverySteps, options.WeightDecay, .. recipe]), options.ParentSha256);
        var exists = File.Exists(Path.Combine(options.Folder, TrainingCheckpoint.FileName));
        if (options.Resume) Step = TrainingCheckpoint.Load(options.Folder, parameters, _optimizer, _identity, _best);
        else if (exists) throw new TrainingCheckpointException($"{options.Folder} holds a training already; continue it with --resume or give another --out folder");
    }

    public FlatParameters Parameters { get; }

    /// <summary>Steps done in all.</summary>
    public long Step { get; private set; }

    public long TotalSteps => Options.Stage.Steps;

    protected DerivedTrainingOptions Options { get; }

    /// <summary>Runs to the end, to <see cref="DerivedTrainingOptions.StopAfterSteps"/>, or until cancelled; saves on the way and at the end.</summary>
    public void Run(IProgress<DerivedProgress>? progress, TimeProvider time, CancellationToken cancellation)
    {
        var last = Options.StopAfterSteps > 0 ? Math.Min(Options.StopAfterSteps, TotalSteps) : TotalSteps;
        using var workers = new GradientWorkers(Options.Threads, Options.MicroBatches, Parameters.Leaves, Parameters.Offsets);
        var groups = Groups();
        var saved = time.GetTimestamp();
        var speed = new SpeedMeter(time);
        while (Step < last && !cancellation.IsCancellationRequested)
        {
            var losses = workers.Compute(i => new(LossOf(Step, i, out var value), value, 0, 0), _gradient);
            var rate = Options.Stage.Rate((int)Step);
            var norm = _optimizer.Step(Parameters.Values, _gradient, groups, new(rate, 0.9, 0.98, Options.WeightDecay, 1.0));
            if (!double.IsFinite(norm)) throw new InvalidOperationException($"the gradient of step {Step} is not finite; the checkpoint before it is intact");
            Step++;
            var validation = Validated();
            var save = time.GetElapsedTime(saved) >= Options.CheckpointEvery;
            if (save)
            {
                Save();
                saved = time.GetTimestamp();
            }
            var stepsPerSecond = speed.Tick();
            progress?.Report(new(
                Step, TotalSteps, Options.Stage.Name, losses.Thought, norm, rate, stepsPerSecond,
                TimeSpan.FromSeconds(stepsPerSecond > 0 ? (last - Step) / stepsPerSecond : 0), save, validation));
        }
        Save();
    }

    public void Save() => TrainingCheckpoint.Save(Options.Folder, Parameters, _optimizer, Step, _identity, _best);

    /// <summary>Puts the parameters with the best validation in place of the last ones; nothing without a validation.</summary>
    /// <returns>The step they are of.</returns>
    public long TakeBest()
    {
        if (_best is null || double.IsPositiveInfinity(_best.Error)) return Step;
        _best.Values.CopyTo(Parameters.Values);
        return _best.Step;
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>The loss of one small batch; called on a worker inside a dispose scope, pure in its arguments and the parameters.</summary>
    /// <param name="value">The loss for display.</param>
    protected abstract Torch.Tensor LossOf(long step, int microBatch, out double value);

    /// <summary>How good the parameters are; called between two steps.</summary>
    protected virtual Validation Validate() => throw new NotSupportedException("this training has no validation");

    protected virtual void Dispose(bool disposing) => Parameters.Dispose();

    private string? Validated()
    {
        if (_best is null || (Step % Options.ValidateEverySteps != 0 && Step != TotalSteps)) return null;
        var found = Validate();
        _best.Offer(Parameters.Values, found.Error, Step);
        return found.Text;
    }

    /// <summary>Matrices decay, norms and biases do not.</summary>
    private List<ParameterGroup> Groups() =>
        [.. Parameters.Shapes.Select((shape, i) => new ParameterGroup(Parameters.Offsets[i], Parameters.Offsets[i + 1] - Parameters.Offsets[i], 1, shape.Shape.Length > 1))];
}
