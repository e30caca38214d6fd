using FlashDrive.Training.Checkpoints;
using FlashDrive.Training.Target;

namespace FlashDrive.Training.Tests.Target;

public sealed class TargetTrainingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Ten_steps_and_ten_resumed_ones_equal_twenty_byte_for_byte_across_all_stages()
    {
        var preset = SmallModel.Preset(_folder.Path);
        var straight = SmallModel.Options(Path.Combine(_folder.Path, "a"), preset);
        var parts = SmallModel.Options(Path.Combine(_folder.Path, "b"), preset);

        Run(straight);
        Run(parts with { StopAfterSteps = 10 });
        Run(parts with { Resume = true });

        Assert.Equal(Checkpoint(straight), Checkpoint(parts));
    }

    [Fact]
    public void The_number_of_threads_changes_no_byte()
    {
        var preset = SmallModel.Preset(_folder.Path);
        var one = SmallModel.Options(Path.Combine(_folder.Path, "a"), preset) with { Threads = 1, StopAfterSteps = 8 };
        var two = SmallModel.Options(Path.Combine(_folder.Path, "b"), preset) with { Threads = 2, StopAfterSteps = 8 };

        Run(one);
        Run(two);

        Assert.Equal(Checkpoint(one), Checkpoint(two));
    }

    [Fact]
    public void Cancelling_saves_the_steps_done_so_far()
    {
        var options = SmallModel.Options(_folder.Path, SmallModel.Preset(_folder.Path));
        using var cancel = new CancellationTokenSource();
        using (var training = SmallModel.Training(options))
            training.Run(new CancelAt(3, cancel), TimeProvider.System, cancel.Token);

        using var resumed = SmallModel.Training(options with { Resume = true });
        Assert.Equal(3, resumed.Step);
    }

    [Fact]
    public void A_checkpoint_of_another_configuration_is_refused_by_name()
    {
        var options = SmallModel.Options(_folder.Path, SmallModel.Preset(_folder.Path)) with { StopAfterSteps = 1 };
        Run(options);

        var other = options with { Preset = SmallModel.Preset(_folder.Path, accelMean: -0.5), Resume = true };

        var error = Assert.Throws<TrainingCheckpointException>(() => SmallModel.Training(other));
        Assert.Contains("its configuration is", error.Message);
    }

    [Fact]
    public void A_folder_with_a_training_is_not_overwritten_without_resume()
    {
        var options = SmallModel.Options(_folder.Path, SmallModel.Preset(_folder.Path)) with { StopAfterSteps = 1 };
        Run(options);

        Assert.Contains("--resume", Assert.Throws<TrainingCheckpointException>(() => SmallModel.Training(options)).Message);
    }

    [Fact]
    public void Resuming_from_an_empty_folder_is_refused()
    {
        var options = SmallModel.Options(_folder.Path, SmallModel.Preset(_folder.Path)) with { Resume = true };

        Assert.Contains("holds no training.safetensors", Assert.Throws<TrainingCheckpointException>(() => SmallModel.Training(options)).Message);
    }

    [Fact]
    public void Learning_one_batch_again_and_again_lowers_every_part_of_the_loss()
    {
        var options = SmallModel.Options(_folder.Path, SmallModel.Preset(_folder.Path)) with { Stages = [new("joint", Joint: true, 60, 3e-3, 3e-3, 5)] };
        using var training = SmallModel.Training(options);
        var seen = new Collect();
        training.Run(seen, TimeProvider.System, default);

        Assert.True(seen.Reports[^1].ThoughtLoss < 0.7 * seen.Reports[0].ThoughtLoss);
        Assert.True(seen.Reports.TakeLast(10).Average(p => p.ClassLoss) < seen.Reports.Take(10).Average(p => p.ClassLoss));
    }

    private static void Run(TargetTrainingOptions options)
    {
        using var training = SmallModel.Training(options);
        training.Run(null, TimeProvider.System, default);
    }

    private static byte[] Checkpoint(TargetTrainingOptions options) => File.ReadAllBytes(Path.Combine(options.Folder, TrainingCheckpoint.FileName));

    private sealed class CancelAt(long step, CancellationTokenSource cancel) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Step == step) cancel.Cancel();
        }
    }

    private sealed class Collect : IProgress<TrainingProgress>
    {
        public List<TrainingProgress> Reports { get; } = [];

        public void Report(TrainingProgress value) => Reports.Add(value);
    }
}
