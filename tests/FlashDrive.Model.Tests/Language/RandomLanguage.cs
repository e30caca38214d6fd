using FlashDrive.Model.Checkpoints;
using FlashDrive.Model.Configuration;
using FlashDrive.Model.Language;
using FlashDrive.Torch;

namespace FlashDrive.Model.Tests.Language;

/// <summary>A language model of any size with seeded random weights, and rows to run through it.</summary>
internal sealed class RandomLanguage : IDisposable
{
    private const int Vocabulary = 70;

    private readonly ParameterSet _parameters;

    internal RandomLanguage(TextConfiguration text)
    {
        using var scope = torch.NewDisposeScope();
        using var generator = new Generator(5);
        var parameters = new Dictionary<string, Tensor>();
        void Matrix(string name, int rows, int columns) => parameters.Add(name, (generator.randn(rows, columns) * (1 / Math.Sqrt(columns))).DetachFromDisposeScope());
        void Norm(string name, int size) => parameters.Add(name, (generator.randn(size) * 0.1 + 1).DetachFromDisposeScope());
        var (q, kv) = (text.Heads * text.HeadDim, text.KvHeads * text.HeadDim);
        for (var i = 0; i < text.Layers; i++)
        {
            var prefix = $"{ParameterShapes.Language}layers.{i}.";
            Norm(prefix + "input_layernorm.weight", text.Hidden);
            Matrix(prefix + "self_attn.q_proj.weight", q, text.Hidden);
            Matrix(prefix + "self_attn.k_proj.weight", kv, text.Hidden);
            Matrix(prefix + "self_attn.v_proj.weight", kv, text.Hidden);
            Matrix(prefix + "self_attn.o_proj.weight", text.Hidden, q);
            Norm(prefix + "self_attn.q_norm.weight", text.HeadDim);
            Norm(prefix + "self_attn.k_norm.weight", text.HeadDim);
            Norm(prefix + "post_attention_layernorm.weight", text.Hidden);
            Matrix(prefix + "mlp.gate_proj.weight", text.Intermediate, text.Hidden);
            Matrix(prefix + "mlp.up_proj.weight", text.Intermediate, text.Hidden);
            Matrix(prefix + "mlp.down_proj.weight", text.Hidden, text.Intermediate);
        }
        Norm(ParameterShapes.Language + "norm.weight", text.Hidden);
        Matrix(ParameterShapes.Language + "embed_tokens.weight", Vocabulary, text.Hidden);
        (Text, _parameters) = (text, new ParameterSet(parameters));
        Model = new(text, _parameters);
    }

    internal TextConfiguration Text { get; }

    internal LanguageModel Model { get; }

    /// <summary>The language model of the nano preset.</summary>
    internal static TextConfiguration Nano => Of(4, 128, 384, 4, 2, 32);

    internal static TextConfiguration Of(int layers, int hidden, int inner, int heads, int kvHeads, int headDim) =>
        new(hidden, inner, layers, heads, kvHeads, headDim, 1e-6, 10000, [headDim / 2 - 2 * (headDim / 6), headDim / 6, headDim / 6], Vocabulary, true, 4096);

    public void Dispose()
    {
        Model.Dispose();
        _parameters.Dispose();
    }
}
