namespace FlashDrive.Model.Configuration;

/// <summary>Sizes of the projection of (noisy action, flow time) into the expert (alpamayo.md §10.2).</summary>
/// <param name="Hidden">Width of the encoder's hidden layers.</param>
/// <param name="EncoderLayers">Hidden layers, each linear, SiLU, RMS norm; an output linear and a LayerNorm follow.</param>
/// <param name="FourierFeatures">Features per scalar: half sines, half cosines.</param>
/// <param name="MaxFrequency">Last of the log-spaced frequencies, which begin at 1; below 1 the series descends.</param>
public sealed record ActionInputConfiguration(int Hidden, int EncoderLayers, int FourierFeatures, double MaxFrequency)
{
    internal static ActionInputConfiguration Read(ConfigurationSection section)
    {
        var features = section.Int("num_fourier_feats", 4);
        if (features % 2 != 0) throw section.Refuse("num_fourier_feats", "must be even: half are sines, half cosines");
        return new(section.Int("hidden_size", 1), section.Int("num_enc_layers", 1), features, section.Double("max_freq", 0));
    }
}

/// <summary>Flow-matching sampler (alpamayo.md §11.1).</summary>
/// <param name="Steps">Explicit Euler steps from t = 0 (noise) to t = 1 (data).</param>
public sealed record FlowConfiguration(int Steps, string IntegrationMethod)
{
    internal static FlowConfiguration Read(ConfigurationSection section)
    {
        section.Only("int_method", "euler");
        return new(section.Int("num_inference_steps", 1, 1000, 10), "euler");
    }
}

/// <summary>Delta tokenizer of the ego history (alpamayo.md §12.1); ranges per step in metres and radians.</summary>
public sealed record HistoryTokenizerConfiguration(
    int Bins, IReadOnlyList<double> XyzMin, IReadOnlyList<double> XyzMax, double YawMin, double YawMax, bool PredictYaw)
{
    public static readonly HistoryTokenizerConfiguration Published = new(1000, [-4, -4, -10], [4, 4, 10], -Math.PI, Math.PI, false);

    internal static HistoryTokenizerConfiguration Read(ConfigurationSection section)
    {
        var result = new HistoryTokenizerConfiguration(
            section.Int("num_bins", 2, int.MaxValue, Published.Bins),
            section.Doubles("ego_xyz_min", 3, Published.XyzMin), section.Doubles("ego_xyz_max", 3, Published.XyzMax),
            section.Double("ego_yaw_min", double.NegativeInfinity, Published.YawMin), section.Double("ego_yaw_max", double.NegativeInfinity, Published.YawMax),
            section.Bool("predict_yaw", false));
        for (var axis = 0; axis < 3; axis++)
            if (result.XyzMin[axis] >= result.XyzMax[axis]) throw section.Refuse("ego_xyz_max", "must be above ego_xyz_min on every axis");
        return result;
    }
}

/// <summary>Discrete tokenizer of future actions (alpamayo.md §12.2); ranges are of normalised acceleration and curvature.</summary>
public sealed record FutureTokenizerConfiguration(int Bins, IReadOnlyList<double> Min, IReadOnlyList<double> Max)
{
    internal static FutureTokenizerConfiguration Read(ConfigurationSection section)
    {
        var result = new FutureTokenizerConfiguration(section.Int("num_bins", 2), section.Doubles("dims_min", 2), section.Doubles("dims_max", 2));
        if (result.Min[0] >= result.Max[0] || result.Min[1] >= result.Max[1]) throw section.Refuse("dims_max", "must be above dims_min in both dimensions");
        return result;
    }
}
