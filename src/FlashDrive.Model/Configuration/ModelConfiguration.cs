using System.Text.Json;

namespace FlashDrive.Model.Configuration;

/// <summary>
/// Everything a loader needs to know of an Alpamayo-shaped model, read from the published config.json and the backbone's
/// config.json (alpamayo.md §2). Bad and missing values are refused by name; keys without a meaning here are ignored.
/// </summary>
/// <param name="BackboneName">vlm_name_or_path: a folder relative to the checkpoint, or the name of a public repository.</param>
/// <param name="VocabularySize">vocab_size of the top-level file when present: the number of tokens after extension.</param>
/// <param name="TrajectoryTokenStart">traj_token_start_idx when present: the id of the first trajectory token.</param>
/// <param name="TrajectoryVocabularySize">Trajectory tokens that extend the vocabulary: future bins first, then history bins.</param>
/// <param name="AddSpecialTokens">All 29 special tokens are added; otherwise the six trajectory markers only (alpamayo.md §3.2).</param>
/// <param name="IncludeCameraIds">The prompt names every camera.</param>
/// <param name="IncludeFrameNumbers">The prompt numbers every frame.</param>
/// <param name="KeepSameDtype">Buffers take the checkpoint's dtype at load, which rounds Fourier table and action constants in bfloat16 (§14).</param>
public sealed record ModelConfiguration(
    string ModelType, string BackboneName,
    TextConfiguration Text, VisionConfiguration Vision, BackboneTokenIds TokenIds,
    ExpertConfiguration Expert, ActionInputConfiguration ActionInput, ActionSpaceConfiguration ActionSpace, FlowConfiguration Flow,
    HistoryTokenizerConfiguration HistoryTokenizer, FutureTokenizerConfiguration FutureTokenizer,
    int? VocabularySize, int? TrajectoryTokenStart, int TrajectoryVocabularySize, int TokensPerHistory, int TokensPerFuture, bool AddSpecialTokens,
    int MinPixels, int MaxPixels, bool IncludeCameraIds, bool IncludeFrameNumbers, bool KeepSameDtype)
{
    public const string FileName = "config.json";

    /// <summary>Reads CHECKPOINT/config.json and the backbone's config.json.</summary>
    /// <param name="tokenizerFolder">Where to look for the backbone's config.json when vlm_name_or_path names no folder in the checkpoint.</param>
    /// <exception cref="InvalidConfigurationException">A file or a value is missing, wrong or not supported.</exception>
    public static ModelConfiguration Load(string checkpointFolder, string? tokenizerFolder = null)
    {
        var file = Path.Combine(checkpointFolder, FileName);
        var model = ConfigurationSection.ReadFile(file);
        var name = ConfigurationSection.Root(file, model).String("vlm_name_or_path");
        foreach (var folder in new[] { Path.Combine(checkpointFolder, name), tokenizerFolder })
        {
            if (folder is null || !File.Exists(Path.Combine(folder, FileName))) continue;
            var backboneFile = Path.Combine(folder, FileName);
            return Read(file, model, backboneFile, ConfigurationSection.ReadFile(backboneFile));
        }
        if (ModelPreset.PublishedBackbone(name) is { } known) return Read(file, model, $"{name} (built in)", known);
        throw new InvalidConfigurationException(
            $"{file}: vlm_name_or_path = \"{name}\": no {FileName} of the backbone in that folder of the checkpoint"
            + (tokenizerFolder is null ? "; give the folder that has it with --tokenizer DIR" : $" nor in {tokenizerFolder}"));
    }

    /// <summary>Reads a preset of config/models: see <see cref="ModelPreset"/>.</summary>
    public static ModelConfiguration FromPreset(string presetFile) => ModelPreset.Load(presetFile).Configuration;

    internal static ModelConfiguration Read(string modelFile, JsonElement model, string backboneFile, JsonElement backbone)
    {
        var m = ConfigurationSection.Root(modelFile, model);
        var b = ConfigurationSection.Root(backboneFile, backbone);
        m.Only("vlm_backend", "qwenvl3");
        m.Only("expert_non_causal_attention", true);
        var textSection = b.Section("text_config");
        var text = TextConfiguration.Read(textSection, b.Bool("tie_word_embeddings", false));
        var vision = VisionConfiguration.Read(b.Section("vision_config"), text);
        var history = m.Has("hist_traj_tokenizer_cfg")
            ? HistoryTokenizerConfiguration.Read(m.Section("hist_traj_tokenizer_cfg"))
            : HistoryTokenizerConfiguration.Published;
        var future = FutureTokenizerConfiguration.Read(m.Section("traj_tokenizer_cfg"));
        var actionSpace = ActionSpaceConfiguration.Read(m.Section("action_space_cfg"));
        var trajectoryVocabulary = m.Int("traj_vocab_size", 1);
        if (trajectoryVocabulary < future.Bins + history.Bins)
            throw m.Refuse("traj_vocab_size", $"must hold {future.Bins} future and {history.Bins} history bins");
        var modelType = m.String("model_type");
        // Version 1 has no text between images and its file no such keys; version 1.5 has both (alpamayo.md §18.1).
        var namesCameras = modelType != "alpamayo_r1";
        var minPixels = m.Int("min_pixels", 1);
        var tokensPerHistory = m.Int("tokens_per_history_traj", 1);
        if (tokensPerHistory % (history.PredictYaw ? 4 : 3) != 0)
            throw m.Refuse("tokens_per_history_traj", $"must be a multiple of the {(history.PredictYaw ? 4 : 3)} tokens of one history pose");
        return new(
            modelType, m.String("vlm_name_or_path"), text, vision, BackboneTokenIds.Read(b, textSection),
            ExpertConfiguration.Read(m.Section("expert_cfg"), text), ActionInputConfiguration.Read(m.Section("action_in_proj_cfg")), actionSpace,
            FlowConfiguration.Read(m.Section("diffusion_cfg")), history, future,
            m.OptionalInt("vocab_size", 1), m.OptionalInt("traj_token_start_idx", 1), trajectoryVocabulary,
            tokensPerHistory, m.Int("tokens_per_future_traj", 1), m.Bool("add_special_tokens", true),
            minPixels, m.Int("max_pixels", minPixels), m.Bool("include_camera_ids", namesCameras), m.Bool("include_frame_nums", namesCameras),
            m.Bool("keep_same_dtype", true));
    }
}
