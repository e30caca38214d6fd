using FlashDrive.Model.Configuration;

namespace FlashDrive.Model.Checkpoints;

/// <summary>A parameter's published name and shape.</summary>
public sealed record ParameterShape(string Name, long[] Shape)
{
    public long Elements => Shape.Aggregate(1L, (product, size) => product * size);
}

/// <summary>Names and shapes of every tensor of a checkpoint (alpamayo.md §15.1-15.4), derived from the configuration; nothing is allocated.</summary>
public static class ParameterShapes
{
    public const string Vision = "vlm.model.visual.", Language = "vlm.model.language_model.", Head = "vlm.lm_head.weight";
    public const string Expert = "expert.", ActionIn = "action_in_proj.", ActionOut = "action_out_proj.";

    /// <param name="vocabulary">Rows of the embedding and the head: the vocabulary after extension.</param>
    public static IReadOnlyList<ParameterShape> Of(ModelConfiguration model, int vocabulary)
    {
        var list = new List<ParameterShape>();
        AddVision(list, model.Vision);
        AddLanguage(list, model.Text, vocabulary);
        var e = model.Expert;
        AddDecoder(list, Expert, e.Layers, e.Hidden, e.Intermediate, e.Heads, e.KvHeads, e.HeadDim);
        AddActions(list, model);
        return list;
    }

    private static void AddVision(List<ParameterShape> list, VisionConfiguration v)
    {
        void Add(string name, params long[] shape) => list.Add(new(Vision + name, shape));
        void AddPair(string name, long rows, params long[] rest)
        {
            Add(name + ".weight", [rows, .. rest]);
            Add(name + ".bias", rows);
        }
        long merged = (long)v.Hidden * v.MergeSize * v.MergeSize;
        AddPair("patch_embed.proj", v.Hidden, VisionConfiguration.Channels, v.TemporalPatchSize, v.PatchSize, v.PatchSize);
        Add("pos_embed.weight", v.Positions, v.Hidden);
        for (var i = 0; i < v.Depth; i++)
        {
            AddPair($"blocks.{i}.norm1", v.Hidden);
            AddPair($"blocks.{i}.norm2", v.Hidden);
            AddPair($"blocks.{i}.attn.qkv", 3L * v.Hidden, v.Hidden);
            AddPair($"blocks.{i}.attn.proj", v.Hidden, v.Hidden);
            AddPair($"blocks.{i}.mlp.linear_fc1", v.Intermediate, v.Hidden);
            AddPair($"blocks.{i}.mlp.linear_fc2", v.Hidden, v.Intermediate);
        }
        void AddMerger(string name, long normSize)
        {
            AddPair(name + ".norm", normSize);
            AddPair(name + ".linear_fc1", merged, merged);
            AddPair(name + ".linear_fc2", v.OutHidden, merged);
        }
        // The final merger normalises patches, the deepstack mergers the regrouped four (alpamayo.md §6.5).
        AddMerger("merger", v.Hidden);
        for (var i = 0; i < v.DeepstackIndexes.Count; i++) AddMerger($"deepstack_merger_list.{i}", merged);
    }

    private static void AddLanguage(List<ParameterShape> list, TextConfiguration t, int vocabulary)
    {
        list.Add(new(Language + "embed_tokens.weight", [vocabulary, t.Hidden]));
        AddDecoder(list, Language, t.Layers, t.Hidden, t.Intermediate, t.Heads, t.KvHeads, t.HeadDim);
        if (!t.TieWordEmbeddings) list.Add(new(Head, [vocabulary, t.Hidden]));
    }

    internal static void AddDecoder(
        List<ParameterShape> list, string prefix, int layers, long hidden, long intermediate, long heads, long kvHeads, long headDim)
    {
        for (var i = 0; i < layers; i++)
        {
            var layer = $"{prefix}layers.{i}.";
            list.Add(new(layer + "input_layernorm.weight", [hidden]));
            list.Add(new(layer + "post_attention_layernorm.weight", [hidden]));
            list.Add(new(layer + "self_attn.q_proj.weight", [heads * headDim, hidden]));
            list.Add(new(layer + "self_attn.k_proj.weight", [kvHeads * headDim, hidden]));
            list.Add(new(layer + "self_attn.v_proj.weight", [kvHeads * headDim, hidden]));
            list.Add(new(layer + "self_attn.o_proj.weight", [hidden, heads * headDim]));
            list.Add(new(layer + "self_attn.q_norm.weight", [headDim]));
            list.Add(new(layer + "self_attn.k_norm.weight", [headDim]));
            list.Add(new(layer + "mlp.gate_proj.weight", [intermediate, hidden]));
            list.Add(new(layer + "mlp.up_proj.weight", [intermediate, hidden]));
            list.Add(new(layer + "mlp.down_proj.weight", [hidden, intermediate]));
        }
        list.Add(new(prefix + "norm.weight", [hidden]));
    }

    private static void AddActions(List<ParameterShape> list, ModelConfiguration model)
    {
        var a = model.ActionInput;
        void AddLinear(string name, long rows, long columns)
        {
            list.Add(new(name + ".weight", [rows, columns]));
            list.Add(new(name + ".bias", [rows]));
        }
        // Each encoder layer is linear, SiLU (no parameters), RMS norm: three places of the trunk.
        long inputs = 3L * a.FourierFeatures;
        for (var i = 0; i < a.EncoderLayers; i++)
        {
            AddLinear($"{ActionIn}encoder.trunk.{3 * i}", a.Hidden, i == 0 ? inputs : a.Hidden);
            list.Add(new($"{ActionIn}encoder.trunk.{3 * i + 2}.weight", [a.Hidden]));
        }
        AddLinear($"{ActionIn}encoder.trunk.{3 * a.EncoderLayers}", model.Expert.Hidden, a.Hidden);
        list.Add(new(ActionIn + "norm.weight", [model.Expert.Hidden]));
        list.Add(new(ActionIn + "norm.bias", [model.Expert.Hidden]));
        AddLinear(ActionOut.TrimEnd('.'), 2, model.Expert.Hidden);
    }
}
