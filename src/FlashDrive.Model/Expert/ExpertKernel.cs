using FlashDrive.Model.Checkpoints;
using FlashDrive.Model.Configuration;
using FlashDrive.Model.Language;
using FlashDrive.Model.Layers;
using FlashDrive.Torch;

namespace FlashDrive.Model.Expert;

/// <summary>
/// The action expert on the own kernels: one native call per evaluation of the velocity, float32 on the CPU without gradients. Weights
/// are packed when the object is made; later changes of the parameters are not seen. Thread-safe.
/// </summary>
public sealed class ExpertKernel : IDisposable
{
    private readonly long[] _sizes;
    private readonly double _eps;
    private readonly Tensor _packed, _frequencies;

    /// <param name="frequencies">[features / 2]; stays the caller's.</param>
    internal ExpertKernel(ModelConfiguration model, ParameterSet p, Tensor frequencies)
    {
        using var guard = torch.no_grad();
        var (e, input) = (model.Expert, model.ActionInput);
        (_sizes, _eps, _frequencies) = ([e.Layers, e.Hidden, e.Intermediate, e.Heads, e.KvHeads, e.HeadDim, input.EncoderLayers, input.Hidden], e.RmsNormEps, frequencies);
        const string trunk = ParameterShapes.ActionIn + "encoder.trunk.";
        var places = Enumerable.Range(0, input.EncoderLayers)
            .SelectMany(i => new[] { $"{trunk}{3 * i}.weight", $"{trunk}{3 * i}.bias", $"{trunk}{3 * i + 2}.weight" })
            .Concat([$"{trunk}{3 * input.EncoderLayers}.weight", $"{trunk}{3 * input.EncoderLayers}.bias"])
            .Concat([ParameterShapes.ActionIn + "norm.weight", ParameterShapes.ActionIn + "norm.bias"]);
        Tensor[] parameters =
        [
            .. places.Select(name => p[name]), .. LanguageKernel.Parameters(p, ParameterShapes.Expert, e.Layers), p[ParameterShapes.ActionOut + "weight"],
            p[ParameterShapes.ActionOut + "bias"],
        ];
        _packed = torch.kernels.pack_expert(parameters, _sizes, frequencies).DetachFromDisposeScope();
    }

    /// <summary>The velocity field at (x, t) over the first <paramref name="context"/> slots of a cache, which every sample reads.</summary>
    /// <param name="x">[samples, waypoints, 2] normalised (acceleration, curvature).</param>
    /// <param name="t">One flow time per sample.</param>
    /// <param name="rotary">Tables of the action tokens' positions, [waypoints, headDim].</param>
    /// <returns>[samples, waypoints, 2]</returns>
    public Tensor Velocity(Tensor x, Tensor t, RotaryTables rotary, KeyValueTensors cache, long context) =>
        torch.kernels.expert(_packed, _sizes, _eps, _frequencies, x, t, rotary.Cos, rotary.Sin, cache.Keys, cache.Values, context);

    public void Dispose() => _packed.Dispose();
}
