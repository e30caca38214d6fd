using FlashDrive.Model.Checkpoints;
using FlashDrive.Model.Configuration;
using FlashDrive.Model.Language;
using FlashDrive.Model.Layers;
using FlashDrive.Torch;

namespace FlashDrive.Model.Expert;

/// <summary>
/// The action expert (alpamayo.md §10): a second decoder whose layer l reads the language model's cache of layer l and the
/// action tokens' own keys, all of them, in both directions. Gives the flow's velocity at a noisy action. Thread-safe.
/// </summary>
public sealed class ActionExpert : IDisposable
{
    private readonly DecoderLayer[] _layers;
    private readonly RmsNorm _norm;
    private readonly Linear _output;
    private readonly Lazy<ExpertKernel> _kernel;

    /// <param name="frequencies">Fourier table of the action input, [features / 2].</param>
    public ActionExpert(ModelConfiguration model, ParameterSet parameters, ReadOnlySpan<float> frequencies)
    {
        var e = model.Expert;
        _layers = [.. Enumerable.Range(0, e.Layers)
            .Select(i => new DecoderLayer(parameters, $"{ParameterShapes.Expert}layers.{i}.", e.HeadDim, e.RmsNormEps))];
        _norm = new(parameters[ParameterShapes.Expert + "norm.weight"], e.RmsNormEps);
        _output = new(parameters[ParameterShapes.ActionOut + "weight"], parameters[ParameterShapes.ActionOut + "bias"]);
        Input = new(model.ActionInput, parameters, frequencies);
        Rotary = new(e.RopeTheta, e.HeadDim, e.MropeSection);
        _kernel = new(() => new(model, parameters, Input.FrequencyTensor));
    }

    /// <summary>The same expert on the own kernels, packed at first use; for float32 weights on the CPU, without gradients.</summary>
    public ExpertKernel Kernel => _kernel.Value;

    public ActionInputProjection Input { get; }

    /// <summary>Same base and sections as the language model's.</summary>
    public MultimodalRotary Rotary { get; }

    /// <summary>The velocity field at (x, t).</summary>
    /// <param name="x">[contexts·samples, waypoints, 2] normalised (acceleration, curvature), float32; samples of one context together.</param>
    /// <param name="t">[contexts·samples, 1, 1], float32.</param>
    /// <param name="rotary">Tables of the action tokens' positions, [waypoints, headDim] or [contexts·samples, waypoints, headDim].</param>
    /// <param name="mask">Additive [contexts·kvHeads, 1, keys] over the cache, or null when all of it may be read.</param>
    /// <param name="observe">Sees the residual stream: index 0 before the first layer, l + 1 after layer l.</param>
    /// <returns>[contexts·samples, waypoints, 2] in the weights' dtype.</returns>
    public Tensor Velocity(Tensor x, Tensor t, RotaryTables rotary, IKeyValueCache cache, Tensor? mask = null, Action<int, Tensor>? observe = null)
    {
        using var scope = torch.NewDisposeScope();
        var h = Input.Forward(x, t);
        observe?.Invoke(0, h);
        for (var i = 0; i < _layers.Length; i++)
        {
            h = Layer(i, h, rotary, cache, mask);
            observe?.Invoke(i + 1, h);
        }
        return _output.Forward(_norm.Forward(h)).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        if (_kernel.IsValueCreated) _kernel.Value.Dispose();
        Input.Dispose();
    }

    private Tensor Layer(int index, Tensor h, RotaryTables rotary, IKeyValueCache cache, Tensor? mask)
    {
        using var scope = torch.NewDisposeScope();
        var layer = _layers[index];
        // Cosines stay float32 here, so q and k rotate in float32 even for bfloat16 weights; the product casts them (§14).
        var rows = layer.Project(h, rotary);
        var dtype = layer.Dtype;
        var (keys, values) = cache.Layer(index);
        // One softmax over the cache and the action tokens' own keys (§10.3).
        var attended = torch.layers.cross_attention(
            Precision.Cast(rows.Queries, dtype), Precision.Cast(rows.Keys, dtype), Precision.Cast(rows.Values, dtype),
            Precision.Cast(keys, dtype), Precision.Cast(values, dtype), mask is null ? null : Precision.Cast(mask, dtype));
        return layer.Complete(h, attended).MoveToOuterDisposeScope();
    }
}
