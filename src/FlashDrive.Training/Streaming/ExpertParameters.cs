using FlashDrive.Inference;
using FlashDrive.Model.Checkpoints;
using FlashDrive.Torch;
using FlashDrive.Training.Optimization;

namespace FlashDrive.Training.Streaming;

/// <summary>The action expert of a model with its projections: what learns to read a stream's cache, everything else stays.</summary>
internal static class ExpertParameters
{
    private static readonly string[] Prefixes = [ParameterShapes.Expert, ParameterShapes.ActionIn, ParameterShapes.ActionOut];

    internal static bool IsExpert(string name) => Prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>A copy of the expert's parameters, in float32.</summary>
    internal static FlatParameters Copy(DrivingModel model)
    {
        var shapes = ParameterShapes.Of(model.Configuration, model.Vocabulary.Length).Where(s => IsExpert(s.Name)).ToList();
        using var scope = torch.NewDisposeScope();
        var copy = new FlatParameters(shapes);
        for (var i = 0; i < shapes.Count; i++)
            model.Network.Parameters[shapes[i].Name].to(ScalarType.Float32).data<float>().CopyTo(copy.Values[copy.Offsets[i]..copy.Offsets[i + 1]]);
        return copy;
    }
}
