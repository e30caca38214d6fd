using FlashDrive.Model.Checkpoints;
using FlashDrive.Model.Layers;
using FlashDrive.Torch;

namespace FlashDrive.Model.Drafting;

/// <summary>
/// A Qwen3 layer whose rows attend to the projected context and to each other in both directions. Context and block share the key
/// and value projections; the context is not normalised by the layer.
/// </summary>
internal sealed class DrafterLayer(ParameterSet p, string prefix, int headDim, double eps)
{
    private readonly Tensor _inputNorm = p[prefix + "input_layernorm.weight"], _postNorm = p[prefix + "post_attention_layernorm.weight"];
    private readonly Tensor _queryNorm = p[prefix + "self_attn.q_norm.weight"], _keyNorm = p[prefix + "self_attn.k_norm.weight"];
    private readonly Tensor _q = p[prefix + "self_attn.q_proj.weight"], _k = p[prefix + "self_attn.k_proj.weight"], _v = p[prefix + "self_attn.v_proj.weight"];
    private readonly Tensor _o = p[prefix + "self_attn.o_proj.weight"];
    private readonly Tensor _gate = p[prefix + "mlp.gate_proj.weight"], _up = p[prefix + "mlp.up_proj.weight"], _down = p[prefix + "mlp.down_proj.weight"];

    /// <summary>Keys and values of the context, each [batch, kvHeads, rows, headDim].</summary>
    /// <param name="context">[batch, rows, hidden] after fc and hidden_norm.</param>
    internal (Tensor Keys, Tensor Values) Context(Tensor context, RotaryTables rotary)
    {
        var (batch, rows) = (context.size(0), context.size(1));
        var keys = torch.fused.rms_norm(torch.layers.linear(context, _k).view(batch, rows, -1, headDim), _keyNorm, eps);
        var values = torch.layers.linear(context, _v).view(batch, rows, -1, headDim);
        return (rotary.Rotate(keys).transpose(1, 2), values.transpose(1, 2));
    }

    /// <param name="x">[batch, block, hidden]</param>
    internal Tensor Forward(Tensor x, (Tensor Keys, Tensor Values) context, RotaryTables rotary)
    {
        var (queries, _, keys, values) = torch.layers.decoder_project(x, _inputNorm, _q, _k, _v, _queryNorm, _keyNorm, rotary.Cos, rotary.Sin, headDim, eps);
        var attended = Attention.Forward(
            queries, torch.cat([context.Keys, keys.transpose(1, 2)], 2), torch.cat([context.Values, values.transpose(1, 2)], 2), null);
        return torch.layers.decoder_complete(x, attended, _o, _postNorm, _gate, _up, _down, eps);
    }
}
