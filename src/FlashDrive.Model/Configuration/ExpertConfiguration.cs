namespace FlashDrive.Model.Configuration;

/// <summary>
/// Geometry of the action expert: expert_cfg over the backbone's text_config (alpamayo.md §10.1). It reads the language model's
/// keys and values layer by layer, so layers, key/value heads, head size and rotary parameters are the language model's own.
/// </summary>
public sealed record ExpertConfiguration(
    int Hidden, int Intermediate, int Layers, int Heads, int KvHeads, int HeadDim, double RmsNormEps, double RopeTheta, IReadOnlyList<int> MropeSection)
{
    internal static ExpertConfiguration Read(ConfigurationSection expert, TextConfiguration text)
    {
        var heads = expert.Int("num_attention_heads", 1, int.MaxValue, text.Heads);
        if (heads % text.KvHeads != 0) throw expert.Refuse("num_attention_heads", $"must be a multiple of the language model's key/value heads ({text.KvHeads})");
        RequireShared(expert, "num_hidden_layers", text.Layers);
        RequireShared(expert, "num_key_value_heads", text.KvHeads);
        RequireShared(expert, "head_dim", text.HeadDim);
        if (expert.Double("rms_norm_eps", 0, text.RmsNormEps) != text.RmsNormEps || expert.Double("rope_theta", 0, text.RopeTheta) != text.RopeTheta)
            throw expert.Refuse(expert.Has("rope_theta") ? "rope_theta" : "rms_norm_eps", "must equal the language model's value");
        return new(
            expert.Int("hidden_size", 1, int.MaxValue, text.Hidden), expert.Int("intermediate_size", 1, int.MaxValue, text.Intermediate),
            text.Layers, heads, text.KvHeads, text.HeadDim, text.RmsNormEps, text.RopeTheta, text.MropeSection);
    }

    private static void RequireShared(ConfigurationSection expert, string key, int shared)
    {
        if (expert.Int(key, 1, int.MaxValue, shared) != shared)
            throw expert.Refuse(key, $"must equal the language model's value ({shared}): the expert reads its keys and values");
    }
}
