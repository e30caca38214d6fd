using FlashDrive.Model.Checkpoints;
using FlashDrive.Model.Configuration;
using FlashDrive.Torch;

namespace FlashDrive.Model.Tests.Checkpoints;

/// <summary>Variations of the golden tiny checkpoint: each fault is refused by the name of its tensor or file.</summary>
public class CheckpointReaderTests
{
    private const int Vocabulary = 1710;
    private const string Norm = "vlm.model.language_model.norm.weight";

    private static readonly ModelConfiguration Tiny = ModelConfiguration.Load(Fixtures.Golden("tiny"));

    [Fact]
    public void The_golden_checkpoint_loads_whole_in_float32()
    {
        using var checkpoint = CheckpointReader.Read(Fixtures.Golden("tiny"), Tiny, Vocabulary);

        Assert.Equal(ParameterShapes.Of(Tiny, Vocabulary).Sum(p => p.Elements), checkpoint.Parameters.Elements);
        Assert.All(checkpoint.Parameters.Tensors.Values, t => Assert.Equal(ScalarType.Float32, t.dtype));
        Assert.Null(checkpoint.Buffers.Frequencies);
    }

    [Fact]
    public void A_missing_tensor_is_refused_by_name() =>
        Assert.Contains($"'{Norm}' is missing", Refusal(t => t.Remove(Norm)));

    [Fact]
    public void An_extra_tensor_is_refused_by_name() =>
        Assert.Contains("'vlm.model.extra' belongs to no part of the model", Refusal(t => t["vlm.model.extra"] = torch.zeros(2)));

    [Fact]
    public void A_wrong_shape_is_refused_with_both_shapes() =>
        Assert.Contains($"'{Norm}' is [5], the configuration asks for [{Tiny.Text.Hidden}]", Refusal(t => t[Norm] = torch.zeros(5)));

    [Fact]
    public void Integers_are_no_weights() =>
        Assert.Contains($"'{Norm}' has dtype Int64", Refusal(t => t[Norm] = torch.zeros([Tiny.Text.Hidden], ScalarType.Int64)));

    [Fact]
    public void A_long_list_of_faults_is_cut_and_counted() =>
        Assert.Contains("more", Refusal(t => t.Clear(), keep: "none"));

    [Fact]
    public void Buffers_of_older_checkpoints_are_used_and_not_refused()
    {
        using var folder = new TemporaryFolder();
        using var scope = torch.NewDisposeScope();
        Write(folder.Path, t =>
        {
            var table = torch.linspace(1, 3, Tiny.ActionInput.FourierFeatures / 2).view(1, -1);
            foreach (var name in new[] { "action_in_proj.sinus.0.freqs", "action_in_proj.sinus.1.freqs", "action_in_proj.timestep_fourier_encoder.freqs" }) t[name] = table;
            foreach (var name in new[] { "accel_mean", "accel_std", "curvature_mean", "curvature_std" }) t[$"action_space.{name}"] = torch.scalar(0.25f);
        });
        using var checkpoint = CheckpointReader.Read(folder.Path, Tiny, Vocabulary);

        Assert.Equal((1f, 3f), (checkpoint.Buffers.Frequencies![0], checkpoint.Buffers.Frequencies[^1]));
        Assert.Equal([0.25f, 0.25f, 0.25f, 0.25f], checkpoint.Buffers.ActionConstants!);
    }

    [Fact]
    public void A_tied_model_has_no_head_and_may_carry_one()
    {
        var tied = Tiny with { Text = Tiny.Text with { TieWordEmbeddings = true } };
        using var folder = new TemporaryFolder();
        using var scope = torch.NewDisposeScope();
        Write(folder.Path, t => t.Remove(ParameterShapes.Head));
        using (var checkpoint = CheckpointReader.Read(folder.Path, tied, Vocabulary)) Assert.Null(checkpoint.Parameters.Find(ParameterShapes.Head));
        using (var carried = CheckpointReader.Read(Fixtures.Golden("tiny"), tied, Vocabulary)) Assert.Null(carried.Parameters.Find(ParameterShapes.Head));
    }

    [Fact]
    public void Shards_with_an_index_load_like_one_file()
    {
        using var folder = new TemporaryFolder();
        Shard(folder.Path, _ => { });
        using var sharded = CheckpointReader.Read(folder.Path, Tiny, Vocabulary);
        using var single = CheckpointReader.Read(Fixtures.Golden("tiny"), Tiny, Vocabulary);

        foreach (var (name, tensor) in single.Parameters.Tensors) Assert.Equal(tensor.ToArray<float>(), sharded.Parameters[name].ToArray<float>());
    }

    [Fact]
    public void A_missing_shard_is_refused_by_file_name()
    {
        using var folder = new TemporaryFolder();
        Shard(folder.Path, path => File.Delete(Path.Combine(path, "part-2.safetensors")));
        Assert.Contains("part-2.safetensors, which is missing", Assert.Throws<CheckpointException>(() => CheckpointReader.Read(folder.Path, Tiny, Vocabulary)).Message);
    }

    [Fact]
    public void An_index_may_not_point_outside_the_checkpoint()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "model.safetensors.index.json"), """{"weight_map":{"a":"../elsewhere.safetensors"}}""");
        Assert.Contains("not a file beside the index", Assert.Throws<CheckpointException>(() => CheckpointReader.Read(folder.Path, Tiny, Vocabulary)).Message);
    }

    [Fact]
    public void An_empty_folder_says_which_files_it_lacks()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("neither model.safetensors nor model.safetensors.index.json", Assert.Throws<CheckpointException>(() => CheckpointReader.Read(folder.Path, Tiny, Vocabulary)).Message);
    }

    private static string Refusal(Action<Dictionary<string, Tensor>> change, string keep = "")
    {
        using var folder = new TemporaryFolder();
        using var scope = torch.NewDisposeScope();
        Write(folder.Path, t =>
        {
            change(t);
            if (keep.Length > 0) t[keep] = torch.zeros(1);
        });
        return Assert.Throws<CheckpointException>(() => CheckpointReader.Read(folder.Path, Tiny, Vocabulary)).Message;
    }

    private static Dictionary<string, Tensor> Tensors(SafetensorsFile file) => file.Names.ToDictionary(name => name, file.Tensor);

    private static void Write(string folder, Action<Dictionary<string, Tensor>> change)
    {
        using var file = SafetensorsFile.Open(Fixtures.Golden("tiny", "model.safetensors"));
        var tensors = Tensors(file);
        change(tensors);
        SafetensorsWriter.Save(Path.Combine(folder, "model.safetensors"), tensors);
    }

    private static void Shard(string folder, Action<string> change)
    {
        using var scope = torch.NewDisposeScope();
        using var file = SafetensorsFile.Open(Fixtures.Golden("tiny", "model.safetensors"));
        var tensors = Tensors(file);
        var map = new Dictionary<string, string>();
        for (var part = 1; part <= 2; part++)
        {
            var own = tensors.Where((_, i) => i % 2 == part - 1).ToDictionary();
            SafetensorsWriter.Save(Path.Combine(folder, $"part-{part}.safetensors"), own);
            foreach (var name in own.Keys) map[name] = $"part-{part}.safetensors";
        }
        File.WriteAllText(Path.Combine(folder, "model.safetensors.index.json"), System.Text.Json.JsonSerializer.Serialize(new { weight_map = map }));
        change(folder);
    }
}
