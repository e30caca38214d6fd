namespace FlashDrive.Model.Configuration;

/// <summary>Geometry of the language model (text_config of the backbone; alpamayo.md §2.2 and §7).</summary>
/// <param name="HeadDim">Size of one query, key or value head; queries project to Heads·HeadDim, which need not equal Hidden.</param>
/// <param name="MropeSection">Frequencies per axis T, H, W of the interleaved rotary embedding; they add up to HeadDim/2 (§8.2).</param>
/// <param name="BaseVocabularySize">
/// vocab_size of the backbone file. The embedding has as many rows as the *extended* vocabulary has tokens, never this number.
/// </param>
/// <param name="TieWordEmbeddings">The output head reuses the embedding and the checkpoint has no lm_head.</param>
/// <param name="MaxPositions">max_position_embeddings: the longest sequence the backbone was trained for.</param>
public sealed record TextConfiguration(
    int Hidden, int Intermediate, int Layers, int Heads, int KvHeads, int HeadDim, double RmsNormEps, double RopeTheta,
    IReadOnlyList<int> MropeSection, int BaseVocabularySize, bool TieWordEmbeddings, int MaxPositions)
{
    internal static TextConfiguration Read(ConfigurationSection text, bool tieWordEmbeddings)
    {
        text.Only("hidden_act", "silu");
        text.Only("attention_bias", false);
        var hidden = text.Int("hidden_size", 1);
        var heads = text.Int("num_attention_heads", 1);
        var kvHeads = text.Int("num_key_value_heads", 1);
        if (heads % kvHeads != 0) throw text.Refuse("num_attention_heads", $"must be a multiple of num_key_value_heads ({kvHeads})");
        var headDim = text.Int("head_dim", 2);
        if (headDim % 2 != 0) throw text.Refuse("head_dim", "must be even: rotary embedding pairs the two halves");
        var scaling = text.Section("rope_scaling");
        scaling.Only("rope_type", "default");
        scaling.Only("mrope_interleaved", true);
        var section = scaling.Ints("mrope_section", 0, 3);
        if (section.Sum() != headDim / 2) throw scaling.Refuse("mrope_section", $"must add up to head_dim/2 = {headDim / 2}");
        return new(
            hidden, text.Int("intermediate_size", 1), text.Int("num_hidden_layers", 1), heads, kvHeads, headDim,
            text.Double("rms_norm_eps", 0), text.Double("rope_theta", 0), section, text.Int("vocab_size", 256),
            text.Bool("tie_word_embeddings", tieWordEmbeddings), text.Int("max_position_embeddings", 1, int.MaxValue, 262144));
    }
}
