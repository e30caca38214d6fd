using FlashDrive.Model.Checkpoints;
using FlashDrive.Model.Configuration;
using FlashDrive.Model.Layers;
using FlashDrive.Torch;

namespace FlashDrive.Model.Language;

/// <summary>The Qwen3-VL language model (alpamayo.md §7). Stateless and thread-safe: caches belong to the caller.</summary>
public sealed class LanguageModel : IDisposable
{
    private readonly TextConfiguration _configuration;
    private readonly Lazy<LanguageKernel> _kernel;
    private readonly Tensor _embedding;
    private readonly DecoderLayer[] _layers;
    private readonly RmsNorm _norm;
    private readonly Linear _head;

    public LanguageModel(TextConfiguration configuration, ParameterSet parameters)
    {
        const string prefix = ParameterShapes.Language;
        _configuration = configuration;
        _embedding = parameters[prefix + "embed_tokens.weight"];
        _layers = [.. Enumerable.Range(0, configuration.Layers)
            .Select(i => new DecoderLayer(parameters, $"{prefix}layers.{i}.", configuration.HeadDim, configuration.RmsNormEps))];
        _norm = new(parameters[prefix + "norm.weight"], configuration.RmsNormEps);
        _head = new(parameters.Find(ParameterShapes.Head) ?? _embedding);
        Rotary = new(configuration.RopeTheta, configuration.HeadDim, configuration.MropeSection);
        _kernel = new(() => new(configuration, parameters));
    }

    /// <summary>The same model on the own kernels, packed at first use; for float32 weights on the CPU, without gradients.</summary>
    public LanguageKernel Kernel => _kernel.Value;

    /// <summary>Whether <see cref="Kernel"/> can be made of these weights.</summary>
    public bool HasKernel => Dtype == ScalarType.Float32 && _embedding.device.Type == DeviceType.Cpu;

    public MultimodalRotary Rotary { get; }

    public int Layers => _layers.Length;

    /// <summary>Compute dtype: the dtype of the weights, of the residual stream and of the cache.</summary>
    public ScalarType Dtype => _embedding.dtype;

    /// <summary>Query heads per key/value head: how often a mask is tiled.</summary>
    public int Group => _configuration.Heads / _configuration.KvHeads;

    /// <summary>ids int64 of any shape -> [.., hidden].</summary>
    public Tensor Embed(Tensor ids) => torch.embedding(_embedding, ids);

    /// <summary>Embeddings with the image rows replaced: ids [batch, rows], places int64 [tokens] in the flattened stream.</summary>
    public Tensor Embed(Tensor ids, Tensor places, Tensor imageEmbeddings)
    {
        var embedded = Embed(ids);
        var hidden = embedded.size(-1);
        return embedded.view(-1, hidden).index_copy(0, places, Precision.Cast(imageEmbeddings, embedded.dtype)).view(ids.size(0), ids.size(1), hidden);
    }

    /// <summary>The residual stream after the last layer, before the final norm.</summary>
    /// <param name="x">[batch, rows, hidden] embeddings.</param>
    /// <param name="rotary">Tables of the rows' positions, [rows, headDim] or [batch, rows, headDim]; cast to the stream's dtype here.</param>
    /// <param name="mask">Additive (see <see cref="AttentionMask"/>), or null when every row may read every key.</param>
    /// <param name="observe">Sees the residual stream after each layer (deepstack included).</param>
    /// <param name="outputFrom">
    /// First row whose result is wanted: the rows before it give keys and values in every layer, but the last layer goes no further with them.
    /// </param>
    /// <returns>[batch, rows − outputFrom, hidden]</returns>
    public Tensor Forward(
        Tensor x, RotaryTables rotary, Tensor? mask, IKeyValueStore store, DeepstackInput? deepstack = null, Action<int, Tensor>? observe = null,
        long outputFrom = 0)
    {
        using var scope = torch.NewDisposeScope();
        var tables = rotary.To(x.dtype);
        var cast = mask is null ? null : Precision.Cast(mask, x.dtype);
        for (var i = 0; i < _layers.Length; i++)
        {
            x = Layer(i, x, tables, cast, store, deepstack, i == _layers.Length - 1 ? outputFrom : 0);
            observe?.Invoke(i, x);
        }
        return x.MoveToOuterDisposeScope();
    }

    /// <summary>Final norm: [.., hidden] -> [.., hidden].</summary>
    public Tensor Norm(Tensor x) => _norm.Forward(x);

    /// <summary>Logits of normalised rows: [.., hidden] -> [.., vocabulary], in the compute dtype.</summary>
    public Tensor Logits(Tensor normed) => _head.Forward(normed);

    public void Dispose()
    {
        if (_kernel.IsValueCreated) _kernel.Value.Dispose();
    }

    private Tensor Layer(int index, Tensor x, RotaryTables rotary, Tensor? mask, IKeyValueStore store, DeepstackInput? deepstack, long from)
    {
        using var scope = torch.NewDisposeScope();
        var layer = _layers[index];
        var rows = layer.Project(x, rotary);
        var (keys, values) = store.Append(index, rows);
        var queries = rows.Queries;
        if (from > 0)
        {
            var (count, kept) = (x.size(1), x.size(1) - from);
            (x, queries) = (x.narrow(1, from, kept), queries.narrow(1, from, kept));
            // The mask is tiled for the heads of a group; each tile loses its first rows.
            mask = mask?.reshape(mask.size(0), -1, count, mask.size(2)).narrow(2, from, kept).reshape(mask.size(0), -1, mask.size(2));
        }
        var y = layer.Complete(x, Attention.Forward(queries, keys, values, mask));
        if (deepstack is not null && from == 0 && index < deepstack.Levels.Count)
        {
            var level = Precision.Cast(deepstack.Levels[index], y.dtype);
            y = y.view(-1, y.size(2)).index_add(0, deepstack.Rows, level).view(y.size(0), y.size(1), y.size(2));
        }
        return y.MoveToOuterDisposeScope();
    }
}
