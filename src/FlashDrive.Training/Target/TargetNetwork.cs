using FlashDrive.Model;
using FlashDrive.Model.Checkpoints;
using FlashDrive.Model.Configuration;
using FlashDrive.Training.Optimization;

namespace FlashDrive.Training.Target;

/// <summary>The network under training in float32, with the throw-away heads that teach the vision tower what stands where.</summary>
public sealed class TargetNetwork : IDisposable
{
    private const string Heads = "training.class_heads.";
    private readonly List<string> _modelNames;

    /// <param name="vocabulary">Length of the extended vocabulary.</param>
    /// <param name="classes">Outputs of a class head per merged token.</param>
    public TargetNetwork(ModelConfiguration configuration, int vocabulary, int classes, ulong seed)
    {
        Configuration = configuration;
        var shapes = ParameterShapes.Of(configuration, vocabulary).ToList();
        _modelNames = [.. shapes.Select(s => s.Name)];
        for (var i = 0; i <= configuration.Vision.DeepstackIndexes.Count; i++)
        {
            shapes.Add(new($"{Heads}{i}.weight", [classes, configuration.Vision.OutHidden]));
            shapes.Add(new($"{Heads}{i}.bias", [classes]));
        }
        Parameters = new(shapes);
        for (var i = 0; i < shapes.Count; i++)
            ParameterInitialisation.Fill(shapes[i], configuration, seed, Parameters.Values[Parameters.Offsets[i]..Parameters.Offsets[i + 1]]);
        Model = new(configuration, Parameters.Share(_modelNames));
    }

    public ModelConfiguration Configuration { get; }

    public FlatParameters Parameters { get; }

    public AlpamayoModel Model { get; }

    /// <summary>Names of the parameters a checkpoint of the model has; the class heads are not among them.</summary>
    public IReadOnlyList<string> ModelNames => _modelNames;

    /// <summary>Weight and bias of the head on the final merger (0) or on a deepstack merger (1, 2, …).</summary>
    public (Torch.Tensor Weight, Torch.Tensor Bias) ClassHead(int index) => (Parameters[$"{Heads}{index}.weight"], Parameters[$"{Heads}{index}.bias"]);

    /// <summary>Ranges of parameters that learn alike: matrices decay, norms and biases do not; the vision tower has a rate of its own.</summary>
    /// <param name="vision">Factor on the rate of the vision tower and the class heads.</param>
    /// <param name="rest">Factor for everything else; 0 keeps it as it is.</param>
    public IReadOnlyList<ParameterGroup> Groups(double vision, double rest)
    {
        var groups = new List<ParameterGroup>();
        for (var i = 0; i < Parameters.Shapes.Count; i++)
        {
            var (name, shape) = (Parameters.Shapes[i].Name, Parameters.Shapes[i].Shape);
            var scale = IsVision(name) ? vision : rest;
            if (scale == 0) continue;
            var decays = shape.Length > 1 && !name.EndsWith("embed_tokens.weight", StringComparison.Ordinal) && !name.EndsWith("pos_embed.weight", StringComparison.Ordinal);
            groups.Add(new(Parameters.Offsets[i], Parameters.Offsets[i + 1] - Parameters.Offsets[i], scale, decays));
        }
        return groups;
    }

    /// <summary>Whether a parameter learns in the stage that looks at images only.</summary>
    public static bool IsVision(string name) =>
        name.StartsWith(ParameterShapes.Vision, StringComparison.Ordinal) || name.StartsWith(Heads, StringComparison.Ordinal);

    public void Dispose()
    {
        Model.Dispose();
        Parameters.Dispose();
    }
}
