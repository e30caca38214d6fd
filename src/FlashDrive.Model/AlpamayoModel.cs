using FlashDrive.Model.Checkpoints;
using FlashDrive.Model.Configuration;
using FlashDrive.Model.Expert;
using FlashDrive.Model.Language;
using FlashDrive.Model.Vision;

namespace FlashDrive.Model;

/// <summary>
/// The network of one checkpoint: vision tower, language model and action expert on one shared, read-only set of parameters
/// (alpamayo.md §1). Owns nothing of a stream; every stage of every stream uses the same object.
/// </summary>
public sealed class AlpamayoModel : IDisposable
{
    private readonly ParameterSet _parameters;

    /// <param name="parameters">Ownership passes to the model.</param>
    /// <param name="frequencies">Fourier table of the action input; null takes the configuration's own, exact in float32.</param>
    public AlpamayoModel(ModelConfiguration configuration, ParameterSet parameters, float[]? frequencies = null)
    {
        Configuration = configuration;
        _parameters = parameters;
        Vision = new(configuration.Vision, parameters);
        Language = new(configuration.Text, parameters);
        // Loaded in bfloat16, the table is built in bfloat16 too (alpamayo.md §10.2).
        var input = configuration.ActionInput;
        Expert = new(configuration, parameters,
            frequencies ?? FourierFeatures.Table(input.FourierFeatures, input.MaxFrequency, bfloat16: Language.Dtype == FlashDrive.Torch.ScalarType.BFloat16));
    }

    public ModelConfiguration Configuration { get; }

    public VisionTower Vision { get; }

    public LanguageModel Language { get; }

    public ActionExpert Expert { get; }

    public ParameterSet Parameters => _parameters;

    public void Dispose()
    {
        Vision.Dispose();
        Language.Dispose();
        Expert.Dispose();
        _parameters.Dispose();
    }
}
