using FlashDrive.Model.Checkpoints;
using FlashDrive.Model.Layers;
using FlashDrive.Torch;

namespace FlashDrive.Model.Language;

/// <summary>Queries, keys and values of the rows of one layer.</summary>
/// <param name="Queries">[batch, rows, heads, headDim], rotated.</param>
/// <param name="KeysBeforeRotary">[batch, rows, kvHeads, headDim], normalised, not rotated: what the cache keeps.</param>
/// <param name="Keys">The same, rotated.</param>
/// <param name="Values">[batch, rows, kvHeads, headDim]</param>
public readonly record struct LayerProjections(Tensor Queries, Tensor KeysBeforeRotary, Tensor Keys, Tensor Values);

/// <summary>
/// A Qwen3 decoder layer without its attention product, which differs between the language model (causal over a window) and the
/// action expert (over the language model's cache): alpamayo.md §7.
/// </summary>
internal sealed class DecoderLayer(ParameterSet p, string prefix, int headDim, double eps)
{
    private readonly Tensor _inputNorm = p[prefix + "input_layernorm.weight"], _postNorm = p[prefix + "post_attention_layernorm.weight"];
    private readonly Tensor _queryNorm = p[prefix + "self_attn.q_norm.weight"], _keyNorm = p[prefix + "self_attn.k_norm.weight"];
    private readonly Tensor _q = p[prefix + "self_attn.q_proj.weight"], _k = p[prefix + "self_attn.k_proj.weight"], _v = p[prefix + "self_attn.v_proj.weight"];
    private readonly Tensor _o = p[prefix + "self_attn.o_proj.weight"];
    private readonly Tensor _gate = p[prefix + "mlp.gate_proj.weight"], _up = p[prefix + "mlp.up_proj.weight"], _down = p[prefix + "mlp.down_proj.weight"];

    /// <summary>The dtype of the layer's products: attention inputs are cast to it (alpamayo.md §14).</summary>
    internal ScalarType Dtype { get; } = p[prefix + "self_attn.q_proj.weight"].dtype;

    /// <param name="x">[batch, rows, hidden]</param>
    /// <param name="rotary">[rows, headDim] or [batch, rows, headDim]</param>
    internal LayerProjections Project(Tensor x, RotaryTables rotary)
    {
        var (queries, keysBeforeRotary, keys, values) =
            torch.layers.decoder_project(x, _inputNorm, _q, _k, _v, _queryNorm, _keyNorm, rotary.Cos, rotary.Sin, headDim, eps);
        return new(queries, keysBeforeRotary, keys, values);
    }

    /// <summary>Attention output [batch, rows, heads·headDim] and MLP added to the residual stream x.</summary>
    internal Tensor Complete(Tensor x, Tensor attended) => torch.layers.decoder_complete(x, attended, _o, _postNorm, _gate, _up, _down, eps);
}
