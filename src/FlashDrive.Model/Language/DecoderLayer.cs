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
internal sealed class DecoderLayer
{
    private readonly RmsNorm _inputNorm, _postNorm, _queryNorm, _keyNorm;
    private readonly Linear _q, _k, _v, _o, _gate, _up, _down;
    private readonly int _headDim;

    internal DecoderLayer(ParameterSet p, string prefix, int headDim, double eps)
    {
        _headDim = headDim;
        _inputNorm = new(p[prefix + "input_layernorm.weight"], eps);
        _postNorm = new(p[prefix + "post_attention_layernorm.weight"], eps);
        _queryNorm = new(p[prefix + "self_attn.q_norm.weight"], eps);
        _keyNorm = new(p[prefix + "self_attn.k_norm.weight"], eps);
        Linear Load(string name) => new(p[prefix + name + ".weight"]);
        (_q, _k, _v, _o) = (Load("self_attn.q_proj"), Load("self_attn.k_proj"), Load("self_attn.v_proj"), Load("self_attn.o_proj"));
        (_gate, _up, _down) = (Load("mlp.gate_proj"), Load("mlp.up_proj"), Load("mlp.down_proj"));
    }

    /// <param name="x">[batch, rows, hidden]</param>
    /// <param name="rotary">[rows, headDim] or [batch, rows, headDim]</param>
    internal LayerProjections Project(Tensor x, RotaryTables rotary)
    {
        long batch = x.size(0), rows = x.size(1);
        var normed = _inputNorm.Forward(x);
        var q = _queryNorm.Forward(_q.Forward(normed).view(batch, rows, -1, _headDim));
        var k = _keyNorm.Forward(_k.Forward(normed).view(batch, rows, -1, _headDim));
        var v = _v.Forward(normed).view(batch, rows, -1, _headDim);
        return new(rotary.Rotate(q), k, rotary.Rotate(k), v);
    }

    /// <summary>Attention output [batch, rows, heads·headDim] and MLP added to the residual stream x.</summary>
    internal Tensor Complete(Tensor x, Tensor attended)
    {
        x = x + _o.Forward(attended);
        var normed = _postNorm.Forward(x);
        return x + _down.Forward(Gated(_gate.Forward(normed), _up.Forward(normed)));
    }

    private static Tensor Gated(Tensor gate, Tensor up) => gate.dtype == ScalarType.Float32 ? torch.fused.swiglu(gate, up) : gate.silu() * up;

    /// <summary>The dtype of the layer's products: attention inputs are cast to it (alpamayo.md §14).</summary>
    internal ScalarType Dtype => _q.Weight.dtype;
}
