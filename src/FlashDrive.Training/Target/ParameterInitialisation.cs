using FlashDrive.Driving;
using FlashDrive.Model.Checkpoints;
using FlashDrive.Model.Configuration;

namespace FlashDrive.Training.Target;

/// <summary>
/// Start values of a network: linear weights N(0, 1/√fan_in), outputs into a residual stream divided by √(2·layers), token embeddings
/// 0.5, output head 0.02, action head ×0.1, norms one, biases zero.
/// </summary>
public static class ParameterInitialisation
{
    /// <summary>Fills one parameter.</summary>
    public static void Fill(ParameterShape parameter, ModelConfiguration model, ulong seed, Span<float> values)
    {
        var (name, shape) = (parameter.Name, parameter.Shape);
        if (shape.Length == 1)
        {
            // Every one-dimensional weight belongs to a norm.
            values.Fill(name.EndsWith("weight", StringComparison.Ordinal) ? 1 : 0);
            return;
        }
        var random = new KeyedRandom(seed).At(StableHash(name));
        var deviation = Deviation(name, shape, model);
        for (var i = 0; i < values.Length; i++) values[i] = (float)(deviation * random.Normal((ulong)i));
    }

    private static double Deviation(string name, long[] shape, ModelConfiguration model)
    {
        if (name.EndsWith("embed_tokens.weight", StringComparison.Ordinal)) return 0.5;
        if (name.EndsWith("pos_embed.weight", StringComparison.Ordinal)) return 0.2;
        if (name == ParameterShapes.Head) return 0.02;
        var fanIn = shape.Skip(1).Aggregate(1L, (product, size) => product * size);
        var plain = 1 / Math.Sqrt(fanIn);
        if (name.StartsWith(ParameterShapes.ActionOut, StringComparison.Ordinal)) return 0.1 * plain;
        var isVision = name.StartsWith(ParameterShapes.Vision, StringComparison.Ordinal);
        string[] residual = isVision ? ["attn.proj.weight", "mlp.linear_fc2.weight"] : ["o_proj.weight", "down_proj.weight"];
        var layers = isVision ? model.Vision.Depth : model.Text.Layers;
        return residual.Any(end => name.EndsWith(end, StringComparison.Ordinal)) ? plain / Math.Sqrt(2.0 * layers) : plain;
    }

    /// <summary>FNV-1a: the runtime's own string hash differs from process to process.</summary>
    internal static ulong StableHash(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in text) hash = (hash ^ c) * 1099511628211UL;
        return hash;
    }
}
