using FlashDrive.Model.Checkpoints;
using FlashDrive.Torch;

namespace FlashDrive.Model.Drafting;

/// <summary>A drafter's folder: config.json and model.safetensors with the published parameter names.</summary>
public static class DrafterCheckpoint
{
    public const string Weights = "model.safetensors", MaskEmbedding = "mask_embedding";

    /// <summary>Names and shapes of a drafter's own parameters; embedding and output head are the target's.</summary>
    /// <param name="ownMask">It brings the embedding of the mask token, as FlashDrive's drafters do.</param>
    public static IReadOnlyList<ParameterShape> Shapes(DrafterConfiguration c, bool ownMask = true)
    {
        var list = new List<ParameterShape> { new("fc.weight", [c.Hidden, c.Features]), new("hidden_norm.weight", [c.Hidden]) };
        ParameterShapes.AddDecoder(list, "", c.Layers, c.Hidden, c.Intermediate, c.Heads, c.KvHeads, c.HeadDim);
        if (ownMask) list.Add(new(MaskEmbedding, [c.Hidden]));
        return list;
    }

    /// <summary>Reads a drafter's weights.</summary>
    /// <exception cref="CheckpointException">The file is unreadable or its tensors are not those of the configuration.</exception>
    public static ParameterSet Read(string file, DrafterConfiguration configuration, bool ownMask = true, ScalarType dtype = ScalarType.Float32)
    {
        try
        {
            using var weights = SafetensorsFile.Open(file);
            var shapes = Shapes(configuration, ownMask);
            foreach (var shape in shapes)
            {
                if (!weights.Contains(shape.Name)) throw new CheckpointException($"{file}: '{shape.Name}' is missing");
                if (!weights.Shape(shape.Name).SequenceEqual(shape.Shape))
                    throw new CheckpointException(
                        $"{file}: '{shape.Name}' is [{string.Join(", ", weights.Shape(shape.Name))}], the configuration asks for [{string.Join(", ", shape.Shape)}]");
            }
            if (weights.Names.Except(shapes.Select(s => s.Name)).FirstOrDefault() is { } extra)
                throw new CheckpointException($"{file}: '{extra}' belongs to no part of a drafter");
            using var scope = torch.NewDisposeScope();
            return new(shapes.Select(s => KeyValuePair.Create(s.Name, weights.Tensor(s.Name).to(dtype))));
        }
        catch (Exception e) when (e is SafetensorsException or IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"{file}: {e.Message}", e);
        }
    }

    /// <summary>Writes configuration and weights (in bfloat16) into a folder, which is created when missing.</summary>
    /// <param name="parameters">By the names of <see cref="Shapes"/>.</param>
    public static void Write(string folder, DrafterConfiguration configuration, Func<string, Tensor> parameters)
    {
        configuration.Write(folder);
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        SafetensorsWriter.Save(
            Path.Combine(folder, Weights),
            Shapes(configuration).ToDictionary(s => s.Name, s => parameters(s.Name).detach().to(ScalarType.BFloat16)),
            new Dictionary<string, string> { ["format"] = "pt" });
    }
}
