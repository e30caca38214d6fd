using FlashDrive.Inference;
using FlashDrive.Torch;
using FlashDrive.Training.Checkpoints;
using FlashDrive.Training.Derived;
using FlashDrive.Training.Streaming;
using FlashDrive.Training.Target;
using FlashDrive.Training.Tests.Vocabulary;

namespace FlashDrive.Training.Tests.Streaming;

public sealed class StreamingTrainingTests : IDisposable
{
    private const string Parent = "5d41";

    private static readonly StreamingRecipe Recipe = new(LossWindows: 2, Draws: 2, LongShare: 0) { Shortest = 3, Longest = 4, LatestStart = 5 };

    private readonly TemporaryFolder _folder = new();
    private readonly SmallDriver _driver;

    public StreamingTrainingTests() => _driver = new(_folder.Path);

    public void Dispose()
    {
        _driver.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Ten_steps_and_ten_resumed_ones_equal_twenty_byte_for_byte()
    {
        var (straight, parts) = (Options("a", 20), Options("b", 20));

        Run(straight);
        Run(parts with { StopAfterSteps = 10 });
        Run(parts with { Resume = true });

        Assert.Equal(Checkpoint(straight), Checkpoint(parts));
    }

    [Fact]
    public void The_number_of_threads_changes_no_byte()
    {
        var (one, two) = (Options("a", 3) with { Threads = 1 }, Options("b", 3) with { Threads = 2 });

        Run(one);
        Run(two);

        Assert.Equal(Checkpoint(one), Checkpoint(two));
    }

    [Fact]
    public void The_expert_moves_and_not_one_weight_of_the_model_it_is_taken_from()
    {
        var before = _driver.Weights;
        using var training = new StreamingTraining(Options("a", 2), Recipe, _driver.Model);
        var start = training.Parameters.Values.ToArray();
        training.Run(null, TimeProvider.System, default);

        Assert.Equal(before, _driver.Weights);
        Assert.NotEqual(start, training.Parameters.Values.ToArray());
        Assert.All(training.Parameters.Shapes, s => Assert.Matches("^(expert|action_in_proj|action_out_proj)\\.", s.Name));
    }

    [Fact]
    public void Learning_lowers_the_loss()
    {
        var options = Options("a", 40) with { Stage = new("stream", true, 40, 3e-3, 3e-3, 3) };
        using var training = new StreamingTraining(options, Recipe with { MomentShare = 0 }, _driver.Model);
        var losses = new Collect();
        training.Run(losses, TimeProvider.System, default);

        Assert.True(losses.Values.TakeLast(10).Average() < 0.9 * losses.Values.Take(5).Average());
    }

    [Fact]
    public void Cancelling_saves_the_steps_done_so_far()
    {
        var options = Options("a", 5);
        using var cancel = new CancellationTokenSource();
        using (var training = new StreamingTraining(options, Recipe, _driver.Model))
            training.Run(new CancelAt(3, cancel), TimeProvider.System, cancel.Token);

        using var resumed = new StreamingTraining(options with { Resume = true }, Recipe, _driver.Model);
        Assert.Equal(3, resumed.Step);
    }

    [Fact]
    public void What_is_exported_drives_as_the_parent_with_the_trained_expert()
    {
        var parent = Repository.File("models/nano");
        var copy = Directory.CreateDirectory(Path.Combine(_folder.Path, "nano")).FullName;
        foreach (var file in Directory.EnumerateFiles(parent, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(parent, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
        using var model = DrivingModel.Load(copy);
        using var training = new StreamingTraining(Options("a", 1), Recipe, model);
        training.Run(null, TimeProvider.System, default);
        var folder = Path.Combine(_folder.Path, "nano-streaming");

        training.Export(folder, copy);

        using var scope = torch.NewDisposeScope();
        using var derived = DrivingModel.Load(folder);
        foreach (var (name, tensor) in derived.Network.Parameters.Tensors)
        {
            var expected = training.Parameters.Shapes.Any(s => s.Name == name) ? training.Parameters[name].detach().to(ScalarType.BFloat16).to(ScalarType.Float32) : model.Network.Parameters[name];
            Assert.Equal(expected.reshape(-1).ToArray<float>(), tensor.reshape(-1).ToArray<float>());
        }
    }

    [Fact]
    public void A_checkpoint_upon_another_parent_is_refused_by_name()
    {
        var options = Options("a", 2) with { StopAfterSteps = 1 };
        Run(options);

        var error = Assert.Throws<TrainingCheckpointException>(() => Run(options with { Resume = true, ParentSha256 = "7a3f" }));

        Assert.Contains("its parent is 5d41, this training's is 7a3f", error.Message);
    }

    [Fact]
    public void A_checkpoint_of_another_recipe_is_refused_by_name()
    {
        var options = Options("a", 2) with { StopAfterSteps = 1 };
        Run(options);

        var error = Assert.Throws<TrainingCheckpointException>(() => new StreamingTraining(options with { Resume = true }, Recipe with { Draws = 3 }, _driver.Model));

        Assert.Contains("its configuration is", error.Message);
    }

    private DerivedTrainingOptions Options(string name, int steps) =>
        new(Path.Combine(_folder.Path, name), Parent, 11, new("stream", true, steps, 1e-3, 1e-4, 2)) { Threads = 2, MicroBatches = 2 };

    private void Run(DerivedTrainingOptions options)
    {
        using var training = new StreamingTraining(options, Recipe, _driver.Model);
        training.Run(null, TimeProvider.System, default);
    }

    private static byte[] Checkpoint(DerivedTrainingOptions options) => File.ReadAllBytes(Path.Combine(options.Folder, TrainingCheckpoint.FileName));

    private sealed class CancelAt(long step, CancellationTokenSource cancel) : IProgress<DerivedProgress>
    {
        public void Report(DerivedProgress value)
        {
            if (value.Step == step) cancel.Cancel();
        }
    }

    private sealed class Collect : IProgress<DerivedProgress>
    {
        public List<double> Values { get; } = [];

        public void Report(DerivedProgress value) => Values.Add(value.Loss);
    }
}
