using System.Text.Json;

namespace FlashDrive.Model.Configuration;

/// <summary>
/// A model described in one file of config/models: <c>{ "name", "description", "model": {…}, "backbone": {…} }</c>, where "model" is
/// the published top-level config.json and "backbone" the config.json of the folder that vlm_name_or_path names, both verbatim.
/// A checkpoint is made from a preset by writing the two objects out (<see cref="CheckpointFiles"/>).
/// </summary>
public sealed record ModelPreset(string Name, JsonElement Model, JsonElement Backbone, ModelConfiguration Configuration)
{
    private const string PublishedResource = "alpamayo-1.5-10b.json";

    // Cosmos-Reason2-8B is a fine-tuned Qwen3-VL-8B-Instruct: same geometry, same token ids (alpamayo.md §2.2).
    private static readonly string[] PublishedBackbones = ["nvidia/Cosmos-Reason2-8B", "Qwen/Qwen3-VL-8B-Instruct"];

    /// <exception cref="InvalidConfigurationException">A value is missing, wrong or not supported.</exception>
    public static ModelPreset Load(string file) => Parse(file, ConfigurationSection.ReadFile(file));

    /// <summary>The preset of the published Alpamayo 1.5 10B, which is built in.</summary>
    public static ModelPreset Published()
    {
        using var stream = typeof(ModelPreset).Assembly.GetManifestResourceStream(PublishedResource)!;
        using var document = JsonDocument.Parse(stream);
        return Parse(PublishedResource, document.RootElement.Clone());
    }

    internal static JsonElement? PublishedBackbone(string backboneName) =>
        PublishedBackbones.Contains(backboneName, StringComparer.OrdinalIgnoreCase) ? Published().Backbone : null;

    private static ModelPreset Parse(string file, JsonElement root)
    {
        var section = ConfigurationSection.Root(file, root);
        var name = section.String("name");
        section.Section("model");
        section.Section("backbone");
        var (model, backbone) = (root.GetProperty("model"), root.GetProperty("backbone"));
        return new(name, model, backbone, ModelConfiguration.Read($"{file}: model", model, $"{file}: backbone", backbone));
    }
}
