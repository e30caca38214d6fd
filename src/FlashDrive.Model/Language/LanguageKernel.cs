using FlashDrive.Model.Checkpoints;
using FlashDrive.Model.Configuration;
using FlashDrive.Model.Layers;
using FlashDrive.Torch;

namespace FlashDrive.Model.Language;

/// <summary>Per layer the rotated keys and the values of all slots of a view, [1, kvHeads, slots, headDim] each; written to by a call.</summary>
public readonly record struct KeyValueTensors(Tensor[] Keys, Tensor[] Values);

/// <summary>What a call is to write beside its result; null where it is not wanted.</summary>
/// <param name="Layers">Layers after which the residual stream (deepstack included) is captured.</param>
/// <param name="CaptureFrom">First row that is captured; not before the first row whose result is wanted, where the last layer is captured.</param>
/// <param name="Captured">Receives it, [rows − CaptureFrom, layers·hidden].</param>
/// <param name="Kept">Receives keys before rotation and values, [2, layers, kvHeads, rows, headDim].</param>
public readonly record struct KernelOutputs(long[]? Layers = null, long CaptureFrom = 0, Tensor? Captured = null, Tensor? Kept = null);

/// <summary>
/// The language model on the own kernels: one native call for all layers, float32 on the CPU without gradients. A row's bits depend on
/// the row and what it reads alone, so n rows equal n single rows and drafts may be verified in one call. Weights are packed when
/// the object is made; later changes of the parameters are not seen. Thread-safe.
/// </summary>
public sealed class LanguageKernel : IDisposable
{
    private readonly long[] _sizes;
    private readonly double _eps;
    private readonly Tensor _packed;
    private readonly PackedLinear _head;

    internal LanguageKernel(TextConfiguration c, ParameterSet p)
    {
        using var guard = torch.no_grad();
        (_sizes, _eps) = ([c.Layers, c.Hidden, c.Intermediate, c.Heads, c.KvHeads, c.HeadDim], c.RmsNormEps);
        _packed = torch.kernels.pack_decoder(Parameters(p, ParameterShapes.Language, c.Layers), _sizes).DetachFromDisposeScope();
        _head = new(p.Find(ParameterShapes.Head) ?? p[ParameterShapes.Language + "embed_tokens.weight"]);
    }

    /// <summary>All layers on rows that stand in ascending slots; each reads every slot up to its own.</summary>
    /// <param name="x">[rows, hidden] embeddings.</param>
    /// <param name="rotary">Tables of the rows, [rows, headDim].</param>
    /// <param name="first">Slot of row 0 when the rows' slots follow each other.</param>
    /// <param name="slots">Slots of the rows where they do not, int64 [rows].</param>
    /// <param name="outputFrom">First row whose result is wanted.</param>
    /// <param name="norm">Whether the result passes the final norm, ready for <see cref="Logits"/>.</param>
    /// <returns>[rows − outputFrom, hidden]</returns>
    public Tensor Forward(
        Tensor x, RotaryTables rotary, KeyValueTensors cache, long first, Tensor? slots = null, DeepstackInput? deepstack = null,
        long outputFrom = 0, bool norm = false, KernelOutputs outputs = default) =>
        torch.kernels.decoder(
            _packed, _sizes, _eps, x, rotary.Cos, rotary.Sin, cache.Keys, cache.Values, first, slots, deepstack?.Rows,
            deepstack is null ? [] : deepstack.Levels as Tensor[] ?? [.. deepstack.Levels], outputFrom, norm, outputs.Layers, outputs.CaptureFrom, outputs.Captured,
            outputs.Kept);

    /// <summary>Logits of normalised rows: [.., hidden] -> [.., vocabulary].</summary>
    public Tensor Logits(Tensor normed) => _head.Forward(normed);

    public void Dispose()
    {
        _packed.Dispose();
        _head.Dispose();
    }

    /// <summary>In the order of <see cref="torch.kernels.pack_decoder"/>.</summary>
    internal static Tensor[] Parameters(ParameterSet p, string prefix, int layers)
    {
        string[] names =
        [
            "input_layernorm", "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.q_norm", "self_attn.k_norm", "self_attn.o_proj",
            "post_attention_layernorm", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj",
        ];
        return [.. Enumerable.Range(0, layers).SelectMany(i => names.Select(name => p[$"{prefix}layers.{i}.{name}.weight"])), p[prefix + "norm.weight"]];
    }
}
