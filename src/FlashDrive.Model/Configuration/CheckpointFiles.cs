using System.Text;
using System.Text.Json;

namespace FlashDrive.Model.Configuration;

/// <summary>
/// Writes the plain-text files of a checkpoint that the public reference loads: config.json and, in the backbone's folder,
/// config.json, the image and video processor settings and the chat template. Tensors and tokenizer files are written elsewhere.
/// </summary>
public static class CheckpointFiles
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, IndentSize = 1 };

    /// <summary>Renders the chat format of alpamayo.md §4.1: role header, content, end of turn; an image becomes its three vision tokens.</summary>
    private const string ChatTemplate =
        "{% for m in messages %}<|im_start|>{{ m.role }}\n"
        + "{% if m.content is string %}{{ m.content }}{% else %}{% for c in m.content %}"
        + "{% if c.type == 'image' %}<|vision_start|><|image_pad|><|vision_end|>{% elif c.type == 'text' %}{{ c.text }}{% endif %}"
        + "{% endfor %}{% endif %}<|im_end|>\n"
        + "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

    /// <summary>Writes the files of <paramref name="preset"/> into a checkpoint folder, which is created when missing.</summary>
    /// <exception cref="InvalidConfigurationException">vlm_name_or_path does not name a folder inside the checkpoint.</exception>
    public static void Write(ModelPreset preset, string checkpointFolder)
    {
        var backbone = BackboneFolder(preset.Configuration, checkpointFolder);
        Directory.CreateDirectory(backbone);
        var vision = preset.Configuration.Vision;
        WriteJson(Path.Combine(checkpointFolder, ModelConfiguration.FileName), preset.Model);
        WriteJson(Path.Combine(backbone, ModelConfiguration.FileName), preset.Backbone);
        WriteJson(Path.Combine(backbone, "preprocessor_config.json"), ProcessorSettings(vision, 65536, 16777216, "image_processor_type", "Qwen2VLImageProcessorFast"));
        WriteJson(Path.Combine(backbone, "video_preprocessor_config.json"), ProcessorSettings(vision, 4096, 25165824, "video_processor_type", "Qwen3VLVideoProcessor"));
        WriteText(Path.Combine(backbone, "chat_template.jinja"), ChatTemplate);
    }

    /// <summary>The folder inside the checkpoint that holds the backbone's files.</summary>
    public static string BackboneFolder(ModelConfiguration configuration, string checkpointFolder)
    {
        var root = Path.GetFullPath(checkpointFolder);
        var folder = Path.GetFullPath(Path.Combine(root, configuration.BackboneName));
        return folder.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? folder
            : throw new InvalidConfigurationException($"vlm_name_or_path = \"{configuration.BackboneName}\" must name a folder inside the checkpoint");
    }

    /// <summary>Writes to a temporary name beside the target and renames, so that a reader never sees half a file.</summary>
    internal static void WriteText(string file, string text)
    {
        var temporary = file + ".tmp";
        File.WriteAllText(temporary, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        File.Move(temporary, file, overwrite: true);
    }

    internal static void WriteJson(string file, object value) => WriteText(file, JsonSerializer.Serialize(value, Indented) + "\n");

    private static Dictionary<string, object> ProcessorSettings(VisionConfiguration vision, int shortest, int longest, string typeKey, string type) => new()
    {
        ["size"] = new Dictionary<string, int> { ["shortest_edge"] = shortest, ["longest_edge"] = longest },
        ["patch_size"] = vision.PatchSize,
        ["temporal_patch_size"] = vision.TemporalPatchSize,
        ["merge_size"] = vision.MergeSize,
        ["image_mean"] = new[] { 0.5, 0.5, 0.5 },
        ["image_std"] = new[] { 0.5, 0.5, 0.5 },
        ["processor_class"] = "Qwen3VLProcessor",
        [typeKey] = type,
    };
}
