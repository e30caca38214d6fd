using FlashDrive.Driving;
using FlashDrive.Inference;
using FlashDrive.Model.Checkpoints;
using FlashDrive.Model.Drafting;
using FlashDrive.Torch;
using FlashDrive.Training.Checkpoints;
using FlashDrive.Training.Derived;
using FlashDrive.Training.Drafting;

namespace FlashDrive.Training.Tests.Drafting;

public sealed class DrafterTrainingTests : IDisposable
{
    private static readonly DraftRecipe Recipe = new(Groups: 1, BlocksPerMicroBatch: 8);

    private readonly TemporaryFolder _folder = new();
    private readonly SmallDriver _driver;
    private readonly DrafterConfiguration _geometry;

    public DrafterTrainingTests()
    {
        _driver = new(_folder.Path, sureHead: true);
        _geometry = DrafterNetwork.GeometryFor(_driver.Model);
    }

    public void Dispose()
    {
        _driver.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Ten_steps_and_ten_resumed_ones_equal_twenty_byte_for_byte_the_best_ones_included()
    {
        var (straight, parts) = (Options("a", 20), Options("b", 20));

        Run(straight);
        Run(parts with { StopAfterSteps = 10 });
        Run(parts with { Resume = true });

        Assert.Equal(Checkpoint(straight), Checkpoint(parts));
    }

    [Fact]
    public void A_drafter_learns_thoughts_of_which_each_token_tells_the_next_and_the_target_stays()
    {
        var before = _driver.Weights;
        using var training = Training(Options("a", 150) with { Stage = new("draft", true, 150, 3e-3, 1e-4, 10), ValidateEverySteps = 50 });
        var losses = new List<double>();
        var untrained = training.Acceptance().TokensPerForward;
        training.Run(new Collect(losses), TimeProvider.System, default);

        Assert.True(losses.TakeLast(10).Average() < 0.3 * losses.Take(3).Average());
        Assert.True(untrained < 1.5);
        Assert.True(training.Acceptance().TokensPerForward > 4);
        Assert.Equal(before, _driver.Weights);
    }

    [Fact]
    public void The_mask_embedding_is_the_mean_embedding_and_what_is_exported_is_what_was_trained()
    {
        using var scope = torch.NewDisposeScope();
        var parent = Directory.CreateDirectory(Path.Combine(_folder.Path, "small")).FullName;
        SafetensorsWriter.Save(Path.Combine(parent, "model.safetensors"), new Dictionary<string, Tensor> { ["w"] = torch.zeros(1) });
        using var training = Training(Options("a", 5));
        training.Run(null, TimeProvider.System, default);
        var folder = Path.Combine(_folder.Path, "small-dflash");

        training.Network.Export(folder, parent);

        using var read = DrafterCheckpoint.Read(Path.Combine(folder, DrafterCheckpoint.Weights), DrafterConfiguration.Load(folder));
        var mean = _driver.Model.Network.Parameters[ParameterShapes.Language + "embed_tokens.weight"].mean(0);
        Assert.Equal(Rounded(mean), read[DrafterCheckpoint.MaskEmbedding].ToArray<float>());
        Assert.Equal(Rounded(training.Parameters["fc.weight"].detach().view(-1)), read["fc.weight"].reshape(-1).ToArray<float>());
        Assert.Equal(parent, DerivedCheckpoint.Find(folder)!.RequireParent(DrivingModel.DrafterKind));
    }

    [Fact]
    public void A_checkpoint_upon_another_parent_is_refused_by_name()
    {
        var options = Options("a", 2) with { StopAfterSteps = 1 };
        Run(options);

        var error = Assert.Throws<TrainingCheckpointException>(() => Run(options with { Resume = true, ParentSha256 = "other" }));

        Assert.Contains("its parent is 5d41, this training's is other", error.Message);
    }

    [Fact]
    public void Rounds_take_the_longest_right_prefix_and_one_token_more_until_the_end_of_thought()
    {
        using var training = Training(Options("a", 1));
        var thought = Thoughts(1, 1)[0];

        // A drafter that knows nothing gives one token a round.
        var none = DraftAcceptance.Measure(training.Network.Drafter, [thought]);

        Assert.Equal(thought.Tokens.Length - 2, none.Tokens);
        Assert.InRange(none.Rounds, none.Tokens - 1, none.Tokens);
    }

    [Fact]
    public void A_corpus_read_back_is_the_one_that_was_written_and_another_key_is_not_taken()
    {
        var corpus = new DraftCorpus(Thoughts(3, 5));
        var file = Path.Combine(_folder.Path, "corpus.safetensors");
        corpus.Save(file, "recipe 1");

        var read = DraftCorpus.Load(file, "recipe 1", _geometry.Features, _geometry.ContextLength)!;

        Assert.Equal(corpus.Thoughts.Select(t => (t.IsStreamed, string.Join(' ', t.Tokens))), read.Thoughts.Select(t => (t.IsStreamed, string.Join(' ', t.Tokens))));
        Assert.Equal(corpus.Thoughts.SelectMany(t => t.Features), read.Thoughts.SelectMany(t => t.Features));
        Assert.Null(DraftCorpus.Load(file, "recipe 2", _geometry.Features, _geometry.ContextLength));
    }

    private static float[] Rounded(Tensor values) => values.to(ScalarType.BFloat16).to(ScalarType.Float32).ToArray<float>();

    private DerivedTrainingOptions Options(string name, int steps) =>
        new(Path.Combine(_folder.Path, name), "5d41", 13, new("draft", true, steps, 1e-3, 1e-4, 2)) { Threads = 2, MicroBatches = 2, ValidateEverySteps = 4 };

    private DrafterTraining Training(DerivedTrainingOptions options) =>
        new(options, Recipe, _geometry, _driver.Model, new(Thoughts(12, 1)), new(Thoughts(12, 1)));

    private void Run(DerivedTrainingOptions options)
    {
        using var training = Training(options);
        training.Run(null, TimeProvider.System, default);
    }

    /// <summary>Thoughts in which every token follows from the one before it.</summary>
    private List<DraftThought> Thoughts(int count, ulong seed) =>
        [.. Enumerable.Range(0, count).Select(i =>
        {
            var random = new KeyedRandom(seed).At(i);
            int[] tokens = [.. Enumerable.Range(0, 10).Select(k => 20 + (3 * i + k) % 36), _driver.Model.Vocabulary.CotEnd, _driver.Model.Vocabulary.TrajectoryFutureStart];
            var rows = _geometry.ContextLength + tokens.Length - 3;
            return new DraftThought([.. Enumerable.Range(0, rows * _geometry.Features).Select(k => (float)random.At(1).Normal((ulong)k))], tokens, i % 2 == 1);
        })];

    private static byte[] Checkpoint(DerivedTrainingOptions options) => File.ReadAllBytes(Path.Combine(options.Folder, TrainingCheckpoint.FileName));

    private sealed class Collect(List<double> losses) : IProgress<DerivedProgress>
    {
        public void Report(DerivedProgress value) => losses.Add(value.Loss);
    }
}
