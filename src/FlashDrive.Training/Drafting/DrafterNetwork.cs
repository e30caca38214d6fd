using FlashDrive.Driving;
using FlashDrive.Inference;
using FlashDrive.Model.Checkpoints;
using FlashDrive.Model.Drafting;
using FlashDrive.Torch;
using FlashDrive.Training.Optimization;
using FlashDrive.Training.Target;

namespace FlashDrive.Training.Drafting;

/// <summary>A drafter under training. Its mask embedding is the mean of the target's embeddings and stays that (flashdrive.md §8).</summary>
public sealed class DrafterNetwork : IDisposable
{
    private readonly ParameterSet _set;

    public DrafterNetwork(DrafterConfiguration configuration, FlatParameters parameters, DrivingModel target)
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        Configuration = configuration;
        var names = parameters.Shapes.Select(s => KeyValuePair.Create(s.Name, parameters[s.Name].alias()));
        var mean = target.Network.Parameters[ParameterShapes.Language + "embed_tokens.weight"].to(ScalarType.Float32).mean(0);
        _set = new([.. names, KeyValuePair.Create(DrafterCheckpoint.MaskEmbedding, mean)]);
        Drafter = new(configuration, _set, target.Network.Language);
    }

    public DrafterConfiguration Configuration { get; }

    public BlockDrafter Drafter { get; }

    /// <summary>The geometry of a drafter for a target: two layers of the target's heads, half its feed-forward width or less, the later half of its layers and one more.</summary>
    public static DrafterConfiguration GeometryFor(DrivingModel target)
    {
        var t = target.Configuration.Text;
        var first = Math.Max(0, t.Layers / 2 - 1);
        return new DrafterConfiguration(
            t.Hidden, 2 * t.Hidden, Layers: 2, t.Heads, t.KvHeads, t.HeadDim, t.RmsNormEps, RopeTheta: 10000, BlockSize: 8, ContextLength: 8,
            [.. Enumerable.Range(first, t.Layers - first)], target.Vocabulary.Length).For(t, target.Vocabulary.Length);
    }

    /// <summary>What learns, at its start: linear weights N(0, 1/√fan_in), outputs into the residual stream divided by √(2·layers), norms one.</summary>
    public static FlatParameters Start(DrafterConfiguration configuration, ulong seed)
    {
        var parameters = new FlatParameters(DrafterCheckpoint.Shapes(configuration, ownMask: false));
        for (var i = 0; i < parameters.Shapes.Count; i++)
        {
            var (name, shape) = (parameters.Shapes[i].Name, parameters.Shapes[i].Shape);
            var values = parameters.Values[parameters.Offsets[i]..parameters.Offsets[i + 1]];
            if (shape.Length == 1)
            {
                values.Fill(1);
                continue;
            }
            var random = new KeyedRandom(seed).At(ParameterInitialisation.StableHash(name));
            var residual = name.EndsWith("o_proj.weight", StringComparison.Ordinal) || name.EndsWith("down_proj.weight", StringComparison.Ordinal);
            var deviation = 1 / Math.Sqrt(shape[1] * (residual ? 2.0 * configuration.Layers : 1));
            for (var k = 0; k < values.Length; k++) values[k] = (float)(deviation * random.Normal((ulong)k));
        }
        return parameters;
    }

    /// <summary>Writes the drafter as a derived checkpoint.</summary>
    /// <param name="folder">Beside the parent's.</param>
    public void Export(string folder, string parentFolder)
    {
        DrafterCheckpoint.Write(folder, Configuration, name => _set[name]);
        DerivedCheckpoint.Write(folder, DrivingModel.DrafterKind, parentFolder);
    }

    public void Dispose() => _set.Dispose();
}
