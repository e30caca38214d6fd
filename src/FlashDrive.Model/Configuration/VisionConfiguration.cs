namespace FlashDrive.Model.Configuration;

/// <summary>Geometry of the vision tower (vision_config of the backbone; alpamayo.md §2.2 and §6).</summary>
/// <param name="PatchSize">Side of a square patch in pixels.</param>
/// <param name="TemporalPatchSize">Frames per patch; a still image is repeated that often.</param>
/// <param name="MergeSize">Side of the square of patches that becomes one language token.</param>
/// <param name="Positions">Rows of the learned position table, a square number.</param>
/// <param name="OutHidden">Width of the merged features, equal to the language model's hidden size.</param>
/// <param name="DeepstackIndexes">Blocks (0-based, ascending) after which a deepstack merger reads the residual stream.</param>
public sealed record VisionConfiguration(
    int Depth, int Hidden, int Heads, int Intermediate, int PatchSize, int TemporalPatchSize, int MergeSize, int Positions, int OutHidden,
    IReadOnlyList<int> DeepstackIndexes)
{
    public const int Channels = 3;

    public int HeadDim => Hidden / Heads;

    /// <summary>Side of the square position table.</summary>
    public int PositionGrid => (int)Math.Round(Math.Sqrt(Positions));

    /// <summary>Length of one patch row: channels × temporal slices × patch height × patch width.</summary>
    public int PatchLength => Channels * TemporalPatchSize * PatchSize * PatchSize;

    internal static VisionConfiguration Read(ConfigurationSection vision, TextConfiguration text)
    {
        vision.Only("hidden_act", "gelu_pytorch_tanh");
        if (vision.Int("in_channels", 1, int.MaxValue, Channels) != Channels) throw vision.Refuse("in_channels", "only 3 is supported");
        var depth = vision.Int("depth", 1);
        var hidden = vision.Int("hidden_size", 1);
        var heads = vision.Int("num_heads", 1);
        if (hidden % heads != 0 || hidden / heads % 4 != 0)
            throw vision.Refuse("hidden_size", $"must be num_heads ({heads}) times a multiple of 4: rows and columns rotate half a head each");
        var positions = vision.Int("num_position_embeddings", 1);
        var side = (int)Math.Round(Math.Sqrt(positions));
        if (side * side != positions) throw vision.Refuse("num_position_embeddings", "must be a square number");
        var outHidden = vision.Int("out_hidden_size", 1);
        if (outHidden != text.Hidden) throw vision.Refuse("out_hidden_size", $"must equal text_config.hidden_size ({text.Hidden})");
        var deepstack = vision.Ints("deepstack_visual_indexes", 0);
        if (deepstack.Zip(deepstack.Skip(1)).Any(pair => pair.First >= pair.Second) || deepstack.Any(index => index >= depth))
            throw vision.Refuse("deepstack_visual_indexes", $"must be ascending block indexes below depth ({depth})");
        if (deepstack.Count > text.Layers)
            throw vision.Refuse("deepstack_visual_indexes", $"must not have more entries than the language model has layers ({text.Layers})");
        return new(
            depth, hidden, heads, vision.Int("intermediate_size", 1), vision.Int("patch_size", 1), vision.Int("temporal_patch_size", 1),
            vision.Int("spatial_merge_size", 1), positions, outHidden, deepstack);
    }
}
