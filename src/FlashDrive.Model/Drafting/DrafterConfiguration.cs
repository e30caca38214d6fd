using System.Text.Json;
using FlashDrive.Model.Configuration;

namespace FlashDrive.Model.Drafting;

/// <summary>Geometry of a block drafter (flashdrive.md §3.1), in the key names of the published config.json.</summary>
/// <param name="Hidden">That of the target, whose embedding and output head the drafter borrows.</param>
/// <param name="BlockSize">Tokens of a block: the known one and the proposals behind it.</param>
/// <param name="ContextLength">Feature rows that condition a block.</param>
/// <param name="TargetLayers">Layers of the target, ascending, whose residual streams make up a feature row.</param>
/// <param name="MaskToken">Id of an unknown token; the target's vocabulary size when the drafter brings its embedding.</param>
public sealed record DrafterConfiguration(
    int Hidden, int Intermediate, int Layers, int Heads, int KvHeads, int HeadDim, double RmsNormEps, double RopeTheta,
    int BlockSize, int ContextLength, IReadOnlyList<int> TargetLayers, int MaskToken)
{
    public const string FileName = "config.json";

    private const int LargestBlock = 16;

    /// <summary>Length of a feature row.</summary>
    public int Features => TargetLayers.Count * Hidden;

    /// <summary>Proposals of a block.</summary>
    public int Proposals => BlockSize - 1;

    /// <summary>Target layers of general DFlash: spread evenly from the second to the last but two (flashdrive.md §3.1).</summary>
    /// <param name="target">Layers of the target.</param>
    /// <param name="count">Layers wanted.</param>
    public static IReadOnlyList<int> SpreadLayers(int target, int count) => count == 1
        ? [target / 2]
        : [.. Enumerable.Range(0, count).Select(k => (int)Math.Round(1 + k * (target - 4.0) / (count - 1), MidpointRounding.ToEven))];

    /// <exception cref="InvalidConfigurationException">A value is missing or wrong; the message names the file, the key and the rule.</exception>
    public static DrafterConfiguration Load(string folder)
    {
        var file = Path.Combine(folder, FileName);
        return Read(file, ConfigurationSection.ReadFile(file));
    }

    /// <param name="file">Where the object stands, for messages.</param>
    public static DrafterConfiguration Read(string file, JsonElement root)
    {
        var section = ConfigurationSection.Root(file, root);
        section.Only("hidden_act", "silu");
        section.Only("attention_bias", false);
        // The general variant keeps what belongs to drafting in an object of its own.
        var drafting = section.Has("dflash_config") ? section.Section("dflash_config") : section;
        var heads = section.Int("num_attention_heads", 1);
        var kvHeads = section.Int("num_key_value_heads", 1);
        if (heads % kvHeads != 0) throw section.Refuse("num_attention_heads", $"must be a multiple of num_key_value_heads ({kvHeads})");
        var headDim = section.Int("head_dim", 2);
        if (headDim % 2 != 0) throw section.Refuse("head_dim", "must be even: rotary embedding pairs the two halves");
        var layers = drafting.Ints("target_layer_ids", 0);
        for (var i = 0; i < layers.Count; i++)
            if (i > 0 && layers[i] <= layers[i - 1]) throw drafting.Refuse("target_layer_ids", "must ascend");
        if (layers.Count == 0) throw drafting.Refuse("target_layer_ids", "must name at least one layer");
        return new(
            section.Int("hidden_size", 1), section.Int("intermediate_size", 1), section.Int("num_hidden_layers", 1), heads, kvHeads, headDim,
            section.Double("rms_norm_eps", 0), section.Double("rope_theta", 0), section.Int("block_size", 2, 64), section.Int("context_len", 1, 64, 1),
            layers, drafting.Int("mask_token_id", 0));
    }

    /// <summary>Writes the file into a folder, which is created when missing.</summary>
    public void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        CheckpointFiles.WriteJson(
            Path.Combine(folder, FileName),
            new Dictionary<string, object>
            {
                ["hidden_size"] = Hidden,
                ["intermediate_size"] = Intermediate,
                ["num_hidden_layers"] = Layers,
                ["num_attention_heads"] = Heads,
                ["num_key_value_heads"] = KvHeads,
                ["head_dim"] = HeadDim,
                ["rms_norm_eps"] = RmsNormEps,
                ["rope_theta"] = RopeTheta,
                ["attention_bias"] = false,
                ["hidden_act"] = "silu",
                ["block_size"] = BlockSize,
                ["context_len"] = ContextLength,
                ["target_layer_ids"] = TargetLayers,
                ["mask_token_id"] = MaskToken,
            });
    }

    /// <summary>Refuses a drafter that cannot belong to a target.</summary>
    /// <param name="vocabulary">Length of the target's extended vocabulary.</param>
    /// <exception cref="InvalidConfigurationException">A size does not fit; the message names it.</exception>
    public DrafterConfiguration For(TextConfiguration target, int vocabulary)
    {
        if (Hidden != target.Hidden) throw new InvalidConfigurationException($"drafter: hidden_size = {Hidden}: must be the target's {target.Hidden}");
        if (TargetLayers[^1] >= target.Layers)
            throw new InvalidConfigurationException($"drafter: target_layer_ids names layer {TargetLayers[^1]}: the target's last layer is {target.Layers - 1}");
        if (BlockSize > LargestBlock) throw new InvalidConfigurationException($"drafter: block_size = {BlockSize}: must be at most {LargestBlock}, the rows that are verified at once");
        if (MaskToken > vocabulary)
            throw new InvalidConfigurationException($"drafter: mask_token_id = {MaskToken}: must be at most the target's vocabulary size {vocabulary}");
        return this;
    }
}
