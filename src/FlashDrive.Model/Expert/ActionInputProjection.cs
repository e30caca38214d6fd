using FlashDrive.Model.Checkpoints;
using FlashDrive.Model.Configuration;
using FlashDrive.Model.Layers;
using FlashDrive.Torch;

namespace FlashDrive.Model.Expert;

/// <summary>
/// (noisy action, flow time) -> one expert token per waypoint (alpamayo.md §10.2): Fourier features of acceleration, curvature and
/// time; linear, SiLU, RMS norm per encoder layer; an output linear; LayerNorm, whose float32 result starts a float32 stream.
/// </summary>
public sealed class ActionInputProjection : IDisposable
{
    private const double Eps = 1e-5;

    private readonly FourierFeatures _features;
    private readonly (Linear Linear, RmsNorm Norm)[] _encoder;
    private readonly Linear _output;
    private readonly LayerNorm _norm;

    /// <param name="frequencies">[features / 2]; see <see cref="FourierFeatures.Table"/>.</param>
    /// <param name="prefix">Name prefix of the parameters.</param>
    public ActionInputProjection(ActionInputConfiguration configuration, ParameterSet parameters, ReadOnlySpan<float> frequencies, string prefix = ParameterShapes.ActionIn)
    {
        _features = new(frequencies);
        Linear Load(int place) => new(parameters[$"{prefix}encoder.trunk.{place}.weight"], parameters[$"{prefix}encoder.trunk.{place}.bias"]);
        _encoder = [.. Enumerable.Range(0, configuration.EncoderLayers)
            .Select(i => (Load(3 * i), new RmsNorm(parameters[$"{prefix}encoder.trunk.{3 * i + 2}.weight"], Eps)))];
        _output = Load(3 * configuration.EncoderLayers);
        _norm = new(parameters[prefix + "norm.weight"], parameters[prefix + "norm.bias"], Eps);
    }

    /// <summary>The Fourier table, [features / 2]: another expert over the same checkpoint takes it over.</summary>
    public float[] Frequencies => _features.Frequencies;

    internal Tensor FrequencyTensor => _features.Tensor;

    /// <param name="x">[n, waypoints, 2] normalised (acceleration, curvature).</param>
    /// <param name="t">[n, 1, 1] flow time in [0, 1].</param>
    /// <returns>[n, waypoints, 3·features]</returns>
    public Tensor Features(Tensor x, Tensor t)
    {
        var time = _features.Forward(t).expand(x.size(0), x.size(1), -1);
        return torch.cat([_features.Forward(x.narrow(-1, 0, 1)), _features.Forward(x.narrow(-1, 1, 1)), time], -1);
    }

    /// <returns>[n, waypoints, expert hidden], float32.</returns>
    public Tensor Forward(Tensor x, Tensor t)
    {
        var h = Features(x, t);
        foreach (var (linear, norm) in _encoder) h = norm.Forward(linear.Forward(h).silu());
        return _norm.Forward(_output.Forward(h));
    }

    /// <summary>The first RMS norm and the final LayerNorm on rows as they are, for proofs of their epsilons.</summary>
    public (Tensor Rms, Tensor Layer) Norms(Tensor rmsInput, Tensor layerInput) => (_encoder[0].Norm.Forward(rmsInput), _norm.Forward(layerInput));

    public void Dispose() => _features.Dispose();
}
