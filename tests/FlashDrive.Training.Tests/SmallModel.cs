using System.Text.Json.Nodes;
using FlashDrive.Model.Configuration;
using FlashDrive.Model.Tokenization;
using FlashDrive.Training.Target;
using FlashDrive.Training.Vocabulary;
using FlashDrive.World;

namespace FlashDrive.Training.Tests;

/// <summary>The nano model with fewer and narrower layers, so that a training step takes milliseconds.</summary>
internal static class SmallModel
{
    internal static readonly BpeModel Vocabulary = NanoVocabulary.Learn(SentenceGrammar.AllSentences);

    internal static ModelPreset Preset(string folder, double accelMean = -0.4)
    {
        var json = new NanoPreset(accelMean, 1, 0, 0.01).ToJson(Vocabulary);
        var text = json["backbone"]!["text_config"]!;
        (text["hidden_size"], text["intermediate_size"], text["num_hidden_layers"], text["num_attention_heads"]) = (32, 48, 2, 2);
        var vision = json["backbone"]!["vision_config"]!;
        (vision["depth"], vision["hidden_size"], vision["num_heads"], vision["intermediate_size"], vision["out_hidden_size"]) = (2, 24, 2, 32, 32);
        vision["deepstack_visual_indexes"] = new JsonArray(0);
        var expert = json["model"]!["expert_cfg"]!;
        (expert["hidden_size"], expert["intermediate_size"], expert["num_attention_heads"]) = (32, 48, 2);
        var file = Path.Combine(folder, $"preset{accelMean}.json");
        File.WriteAllText(file, json.ToJsonString());
        return ModelPreset.Load(file);
    }

    internal static TargetTrainingOptions Options(string folder, ModelPreset preset) =>
        new(preset, Path.Combine(folder, "training"), 7, TargetTrainingOptions.Recipe(6, 8, 6))
        {
            Threads = 2, MicroBatches = 2, MomentsPerMicroBatch = 1, GlancesPerMicroBatch = 1,
        };

    internal static TargetTraining Training(TargetTrainingOptions options) =>
        new(options, ModelVocabulary.Create(Vocabulary.ToTokenizer(), options.Preset.Configuration), new SmallSource());
}

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("flashdrive-training-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
