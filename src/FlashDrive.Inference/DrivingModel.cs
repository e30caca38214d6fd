using FlashDrive.Driving;
using FlashDrive.Model;
using FlashDrive.Model.Actions;
using FlashDrive.Model.Checkpoints;
using FlashDrive.Model.Configuration;
using FlashDrive.Model.Drafting;
using FlashDrive.Model.Tokenization;
using FlashDrive.Model.Vision;
using FlashDrive.Torch;

namespace FlashDrive.Inference;

/// <summary>A checkpoint ready to drive: the network and everything around it that has no weights.</summary>
public sealed class DrivingModel : IDisposable
{
    private ParameterSet? _drafterParameters;

    /// <param name="network">Ownership passes to this object.</param>
    public DrivingModel(string name, AlpamayoModel network, ModelVocabulary vocabulary, ActionSpaceConfiguration? actionSpace = null)
    {
        (Name, Network, Vocabulary) = (name, network, vocabulary);
        var c = network.Configuration;
        Prompts = new(vocabulary, c.TokensPerHistory, c.Vision.MergeSize, c.IncludeCameraIds, c.IncludeFrameNumbers);
        History = new(c.HistoryTokenizer);
        Actions = new(actionSpace ?? c.ActionSpace);
    }

    public string Name { get; }

    public AlpamayoModel Network { get; }

    public ModelConfiguration Configuration => Network.Configuration;

    public ModelVocabulary Vocabulary { get; }

    public PromptBuilder Prompts { get; }

    public DeltaTrajectoryTokenizer History { get; }

    public UnicycleActionSpace Actions { get; }

    /// <summary>The drafter that belongs to the model, or null.</summary>
    public BlockDrafter? Drafter { get; private set; }

    /// <summary>Gives the model a drafter.</summary>
    /// <param name="parameters">Ownership passes to this object.</param>
    /// <exception cref="InvalidConfigurationException">It cannot belong to this model; the message names the size.</exception>
    public void Attach(DrafterConfiguration configuration, ParameterSet parameters)
    {
        if (Drafter is not null) throw new InvalidOperationException("the model has a drafter already");
        Drafter = new(configuration.For(Configuration.Text, Vocabulary.Length), parameters, Network.Language);
        _drafterParameters = parameters;
    }

    /// <summary>The drafter that a run with these options uses, or null.</summary>
    internal BlockDrafter? DrafterOf(EngineOptions options) => options.Drafting.Enabled ? Drafter : null;

    /// <summary>Token ids of an ego history, as the prompt's history slots hold them.</summary>
    public int[] HistoryTokens(EgoHistory history)
    {
        var ids = History.Encode(history);
        for (var i = 0; i < ids.Length; i++) ids[i] += Vocabulary.HistoryStart;
        return ids;
    }

    /// <summary>A processor of one's own: it owns scratch memory.</summary>
    public ImageProcessor NewImageProcessor() => new(Configuration.Vision, Configuration.MinPixels, Configuration.MaxPixels);

    /// <summary>Kind of a derived checkpoint that is a drafter, and the end of its folder's name behind the model's.</summary>
    public const string DrafterKind = "drafter", DrafterSuffix = "-dflash";

    /// <summary>In place of a drafter's folder: the model is to have none.</summary>
    public const string NoDrafter = "none";

    /// <summary>Kind of a derived checkpoint that brings its own action expert.</summary>
    public const string StreamingKind = "streaming";

    /// <summary>Loads a checkpoint folder in the published layout, or one derived from such a folder that brings its own action expert.</summary>
    /// <param name="tokenizerFolder">Overrides where the tokenizer is looked for.</param>
    /// <param name="dtype">float32, or bfloat16 with the reference's float32 islands.</param>
    /// <param name="drafter">
    /// Folder of a drafter, or <see cref="NoDrafter"/>; null takes the one beside the checkpoint (<c>nano-dflash</c> of <c>nano</c> and of what
    /// was derived from it) when it is there and was made for these weights.
    /// </param>
    public static DrivingModel Load(string folder, string? tokenizerFolder = null, ScalarType dtype = ScalarType.Float32, string? drafter = null)
    {
        if (dtype is not (ScalarType.Float32 or ScalarType.BFloat16))
            throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "compute dtype must be Float32 or BFloat16");
        var derived = DerivedCheckpoint.Find(folder);
        var root = derived?.RequireParent(StreamingKind) ?? folder;
        var configuration = ModelConfiguration.Load(root, tokenizerFolder);
        var tokenizer = TokenizerFiles.Load(TokenizerLocator.Find(root, configuration, tokenizerFolder));
        var vocabulary = ModelVocabulary.Create(tokenizer, configuration);
        var checkpoint = CheckpointReader.Read(root, configuration, vocabulary.Length, dtype, derived?.WeightsFile);
        var network = new AlpamayoModel(configuration, checkpoint.Parameters, checkpoint.Buffers.Frequencies);
        var model = new DrivingModel(
            Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))), network, vocabulary, ActionSpace(configuration, checkpoint.Buffers, dtype));
        try
        {
            if (drafter != NoDrafter) model.AttachDrafter(drafter, root, dtype);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private void AttachDrafter(string? named, string root, ScalarType dtype)
    {
        var folder = named ?? Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)) + DrafterSuffix;
        var derived = DerivedCheckpoint.Find(folder);
        if (derived is null && named is null) return;
        if (derived is null) throw new CheckpointException($"{folder}: holds no {DerivedCheckpoint.FileName}; name a drafter's folder, or \"{NoDrafter}\"");
        if (derived.Kind != DrafterKind) throw new CheckpointException($"{folder}: is a derived checkpoint of kind '{derived.Kind}', expected '{DrafterKind}'");
        var found = DerivedCheckpoint.Sha256(root);
        if (derived.ParentSha256 != found)
        {
            if (named is null) return;
            throw new CheckpointException(
                $"{folder}: was made for weights with SHA-256 {derived.ParentSha256}, those of {root} have {found}; name a drafter of this model, or \"{NoDrafter}\"");
        }
        var configuration = DrafterConfiguration.Load(folder).For(Configuration.Text, Vocabulary.Length);
        Attach(configuration, DrafterCheckpoint.Read(derived.WeightsFile, configuration, dtype: dtype));
    }

    public void Dispose()
    {
        Drafter?.Dispose();
        _drafterParameters?.Dispose();
        Network.Dispose();
    }

    /// <summary>Stored constants are authoritative; without them a model loaded in bfloat16 rounds the configuration's (alpamayo.md §14).</summary>
    private static ActionSpaceConfiguration ActionSpace(ModelConfiguration configuration, CheckpointBuffers buffers, ScalarType dtype)
    {
        if (buffers.ActionConstants is [var accelMean, var accelStd, var curvatureMean, var curvatureStd])
            return configuration.ActionSpace with { AccelMean = accelMean, AccelStd = accelStd, CurvatureMean = curvatureMean, CurvatureStd = curvatureStd };
        return dtype == ScalarType.BFloat16 && configuration.KeepSameDtype ? configuration.ActionSpace.WithReferenceBf16Constants() : configuration.ActionSpace;
    }
}
