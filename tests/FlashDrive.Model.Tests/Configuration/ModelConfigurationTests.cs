using System.Text.Json;
using System.Text.Json.Nodes;
using FlashDrive.Model.Configuration;

namespace FlashDrive.Model.Tests.Configuration;

public class ModelConfigurationTests
{
    [Fact]
    public void The_tiny_checkpoint_reads_with_the_backbone_in_the_folder_it_names()
    {
        var c = ModelConfiguration.Load(Fixtures.Golden("tiny"));
        Assert.Equal((96, 160, 4, 6, 2, 32), (c.Text.Hidden, c.Text.Intermediate, c.Text.Layers, c.Text.Heads, c.Text.KvHeads, c.Text.HeadDim));
        Assert.Equal([6, 5, 5], c.Text.MropeSection);
        Assert.Equal((5, 48, 4, 80, 64, 96), (c.Vision.Depth, c.Vision.Hidden, c.Vision.Heads, c.Vision.Intermediate, c.Vision.Positions, c.Vision.OutHidden));
        Assert.Equal((8, 1536, 12), (c.Vision.PositionGrid, c.Vision.PatchLength, c.Vision.HeadDim));
        Assert.Equal((64, 112, 4, 4, 2, 32), (c.Expert.Hidden, c.Expert.Intermediate, c.Expert.Layers, c.Expert.Heads, c.Expert.KvHeads, c.Expert.HeadDim));
        Assert.Equal(new ActionInputConfiguration(40, 2, 20, 100.0), c.ActionInput);
        Assert.Equal((568, 565, 566, 558, 556), (c.TokenIds.ImagePad, c.TokenIds.VisionStart, c.TokenIds.VisionEnd, c.TokenIds.Eos, c.TokenIds.Bos));
        Assert.Equal((1100, 100, 1000, 48, 128), (c.TrajectoryVocabularySize, c.FutureTokenizer.Bins, c.HistoryTokenizer.Bins, c.TokensPerHistory, c.TokensPerFuture));
        Assert.Equal((4096, 16384, true, true), (c.MinPixels, c.MaxPixels, c.IncludeCameraIds, c.IncludeFrameNumbers));
    }

    [Fact]
    public void The_ten_billion_preset_has_the_published_sizes()
    {
        var c = ModelConfiguration.FromPreset(Path.Combine(Fixtures.Root, "config", "models", "alpamayo-1.5-10b.json"));
        Assert.Equal((4096, 12288, 36, 32, 8, 128), (c.Text.Hidden, c.Text.Intermediate, c.Text.Layers, c.Text.Heads, c.Text.KvHeads, c.Text.HeadDim));
        Assert.Equal((27, 1152, 16, 4304, 2304, 4096), (c.Vision.Depth, c.Vision.Hidden, c.Vision.Heads, c.Vision.Intermediate, c.Vision.Positions, c.Vision.OutHidden));
        Assert.Equal([8, 16, 24], c.Vision.DeepstackIndexes);
        Assert.Equal((2048, 8256, 36, 16), (c.Expert.Hidden, c.Expert.Intermediate, c.Expert.Layers, c.Expert.Heads));
        Assert.Equal((155697, 151669, 4000, 3000), (c.VocabularySize, c.TrajectoryTokenStart, c.TrajectoryVocabularySize, c.FutureTokenizer.Bins));
        Assert.Equal((163840, 196608, 10), (c.MinPixels, c.MaxPixels, c.Flow.Steps));
    }

    [Fact]
    public void A_checkpoint_that_names_the_published_backbone_takes_its_geometry_from_the_built_in_preset()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "config.json"), ModelPreset.Published().Model.GetRawText());
        var published = ModelPreset.Published().Configuration;
        var read = ModelConfiguration.Load(folder.Path);
        Assert.Equal(published.Text with { MropeSection = read.Text.MropeSection }, read.Text);
    }

    [Fact]
    public void The_bf16_constants_are_those_of_the_published_script()
    {
        var s = ModelPreset.Published().Configuration.ActionSpace.WithReferenceBf16Constants();
        Assert.Equal((0.029052734375, 0.6796875, 0.0002689361572265625, 0.026123046875), (s.AccelMean, s.AccelStd, s.CurvatureMean, s.CurvatureStd));
        Assert.Equal((0.1, 1e-8), (s.StepSeconds, s.ThetaRidge));
    }

    [Theory]
    [InlineData("model", "expert_cfg.hidden_size", "0", "expert_cfg.hidden_size = 0: must be an integer of at least 1")]
    [InlineData("model", "expert_cfg.num_key_value_heads", "3", "must equal the language model's value (2)")]
    [InlineData("model", "action_space_cfg.accel_std", "null", "action_space_cfg.accel_std is missing")]
    [InlineData("model", "action_space_cfg.accel_bounds", "[1, -1]", "must be [low, high] with low below high")]
    [InlineData("model", "action_space_cfg.v_ridge", "-1", "must not be negative")]
    [InlineData("model", "traj_vocab_size", "1099", "must hold 100 future and 1000 history bins")]
    [InlineData("model", "diffusion_cfg.int_method", "\"heun\"", "only \"euler\" is supported")]
    [InlineData("model", "max_pixels", "5", "max_pixels = 5: must be an integer of at least 4096")]
    [InlineData("backbone", "text_config.hidden_act", "\"gelu\"", "text_config.hidden_act = \"gelu\": only \"silu\" is supported")]
    [InlineData("backbone", "text_config.num_attention_heads", "5", "must be a multiple of num_key_value_heads (2)")]
    [InlineData("backbone", "text_config.rope_scaling.mrope_section", "[6,5,6]", "must add up to head_dim/2 = 16")]
    [InlineData("backbone", "text_config.rope_scaling.mrope_interleaved", "false", "only true is supported")]
    [InlineData("backbone", "vision_config.out_hidden_size", "64", "must equal text_config.hidden_size (96)")]
    [InlineData("backbone", "vision_config.deepstack_visual_indexes", "[1,2,5]", "must be ascending block indexes below depth (5)")]
    [InlineData("backbone", "vision_config.num_position_embeddings", "65", "must be a square number")]
    [InlineData("backbone", "text_config.rms_norm_eps", "\"small\"", "must be a finite number above 0")]
    public void A_wrong_value_is_refused_by_key_value_and_rule(string part, string path, string value, string expected)
    {
        var message = Assert.Throws<InvalidConfigurationException>(() => LoadTinyWith(part, path, value)).Message;
        Assert.Contains(expected, message);
    }

    [Fact]
    public void A_file_that_is_no_json_is_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "config.json");
        File.WriteAllText(file, "{ \"model_type\": ");
        Assert.StartsWith($"{file}: not valid JSON", Assert.Throws<InvalidConfigurationException>(() => ModelConfiguration.Load(folder.Path)).Message);
    }

    [Fact]
    public void A_missing_file_is_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("config.json: cannot be read", Assert.Throws<InvalidConfigurationException>(() => ModelConfiguration.Load(folder.Path)).Message);
    }

    [Fact]
    public void An_unknown_backbone_without_a_folder_is_refused_with_the_option_that_mends_it()
    {
        var message = Assert.Throws<InvalidConfigurationException>(() => LoadTinyWith("model", "vlm_name_or_path", "\"acme/other\"")).Message;
        Assert.Contains("vlm_name_or_path = \"acme/other\"", message);
        Assert.Contains("--tokenizer DIR", message);
    }

    [Fact]
    public void Checkpoint_files_written_from_a_preset_read_back_as_the_same_model_and_have_the_reference_keys()
    {
        using var folder = new TemporaryFolder();
        var preset = TinyPreset(folder.Path);
        var checkpoint = Path.Combine(folder.Path, "checkpoint");
        CheckpointFiles.Write(preset, checkpoint);
        foreach (var name in new[] { "config.json", "vlm/config.json", "vlm/preprocessor_config.json", "vlm/video_preprocessor_config.json" })
            Assert.True(
                JsonNode.DeepEquals(JsonNode.Parse(File.ReadAllText(Fixtures.Golden("tiny", name))), JsonNode.Parse(File.ReadAllText(Path.Combine(checkpoint, name)))),
                name);
        Assert.Equal(File.ReadAllText(Fixtures.Golden("tiny", "vlm", "chat_template.jinja")), File.ReadAllText(Path.Combine(checkpoint, "vlm", "chat_template.jinja")));
        Assert.Equal(preset.Configuration.Vision.Depth, ModelConfiguration.Load(checkpoint).Vision.Depth);
        Assert.Empty(Directory.EnumerateFiles(checkpoint, "*.tmp", SearchOption.AllDirectories));
    }

    private static ModelPreset TinyPreset(string folder)
    {
        var preset = new JsonObject
        {
            ["name"] = "tiny",
            ["model"] = JsonNode.Parse(File.ReadAllText(Fixtures.Golden("tiny", "config.json"))),
            ["backbone"] = JsonNode.Parse(File.ReadAllText(Fixtures.Golden("tiny", "vlm", "config.json"))),
        };
        var file = Path.Combine(folder, "preset.json");
        File.WriteAllText(file, preset.ToJsonString());
        return ModelPreset.Load(file);
    }

    private static void LoadTinyWith(string part, string path, string value)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "vlm"));
        foreach (var (name, key) in new[] { ("config.json", "model"), (Path.Combine("vlm", "config.json"), "backbone") })
        {
            var root = JsonNode.Parse(File.ReadAllText(Fixtures.Golden("tiny", name)))!.AsObject();
            if (key == part)
            {
                var keys = path.Split('.');
                var parent = keys[..^1].Aggregate(root, (node, k) => node[k]!.AsObject());
                parent[keys[^1]] = JsonNode.Parse(value);
            }
            File.WriteAllText(Path.Combine(folder.Path, name), root.ToJsonString());
        }
        ModelConfiguration.Load(folder.Path);
    }
}
