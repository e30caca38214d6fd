using FlashDrive.Torch;

namespace FlashDrive.Model.Checkpoints;

/// <summary>
/// Buffers that R1 checkpoints store and 1.5 checkpoints do not (alpamayo.md §15.5). Where present they are the authoritative
/// values: the Fourier table of the action input and the four normalisation constants of the action space.
/// </summary>
/// <param name="Frequencies">[features / 2] or null.</param>
/// <param name="ActionConstants">accel_mean, accel_std, curvature_mean, curvature_std, or null.</param>
public sealed record CheckpointBuffers(float[]? Frequencies, float[]? ActionConstants)
{
    private static readonly string[] FrequencyNames =
        ["action_in_proj.sinus.0.freqs", "action_in_proj.sinus.1.freqs", "action_in_proj.timestep_fourier_encoder.freqs"];

    private static readonly string[] ConstantNames =
        ["action_space.accel_mean", "action_space.accel_std", "action_space.curvature_mean", "action_space.curvature_std"];

    internal static bool IsKnown(string name) => FrequencyNames.Contains(name) || ConstantNames.Contains(name);

    internal static CheckpointBuffers Read(IReadOnlyDictionary<string, SafetensorsFile> places)
    {
        var present = FrequencyNames.Where(places.ContainsKey).ToList();
        var tables = present.Select(name => Values(places[name], name)).ToList();
        // One table serves all three features, so they must agree.
        for (var i = 1; i < tables.Count; i++)
            if (!tables[i].AsSpan().SequenceEqual(tables[0])) throw new CheckpointException($"'{present[i]}' differs from '{present[0]}'");
        var constants = ConstantNames.Count(places.ContainsKey);
        if (constants is not (0 or 4)) throw new CheckpointException($"only {constants} of the four action_space constants are stored");
        return new(
            tables.Count > 0 ? tables[0] : null,
            constants == 4 ? [.. ConstantNames.Select(name => Values(places[name], name)[0])] : null);
    }

    private static float[] Values(SafetensorsFile file, string name)
    {
        using var scope = torch.NewDisposeScope();
        return file.Tensor(name).to(ScalarType.Float32).reshape(-1).ToArray<float>();
    }
}

/// <summary>What a checkpoint folder holds; disposing it frees the parameters.</summary>
public sealed record Checkpoint(ParameterSet Parameters, CheckpointBuffers Buffers) : IDisposable
{
    public void Dispose() => Parameters.Dispose();
}
