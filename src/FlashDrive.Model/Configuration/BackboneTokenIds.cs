namespace FlashDrive.Model.Configuration;

/// <summary>Token ids that the backbone's config.json names. The tokenizer must agree with them.</summary>
/// <param name="Eos">text_config.eos_token_id: the only id that ends a turn (alpamayo.md §9.1).</param>
/// <param name="Bos">text_config.bos_token_id: the pad of the published models; no token is put in front of a prompt.</param>
public sealed record BackboneTokenIds(int ImagePad, int VideoPad, int VisionStart, int VisionEnd, int Eos, int? Bos)
{
    internal static BackboneTokenIds Read(ConfigurationSection backbone, ConfigurationSection text) => new(
        backbone.Int("image_token_id", 0), backbone.Int("video_token_id", 0), backbone.Int("vision_start_token_id", 0), backbone.Int("vision_end_token_id", 0),
        text.Int("eos_token_id", 0), text.OptionalInt("bos_token_id", 0));
}
