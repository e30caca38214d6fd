namespace FlashDrive.Model.Configuration;

/// <summary>Constants of the unicycle action space (alpamayo.md §2.1 and §13): accelerations in m/s², curvatures in 1/m, times in s.</summary>
/// <param name="AccelBounds">Inclusive bounds of a valid acceleration; checked, never used to clamp.</param>
/// <param name="ThetaLambda">Smoothing weight of a heading's third differences; the other lambdas likewise for speed, acceleration, curvature.</param>
/// <param name="ThetaRidge">Ridge of the heading's solve; the other ridges likewise.</param>
public sealed record ActionSpaceConfiguration(
    double AccelMean, double AccelStd, double CurvatureMean, double CurvatureStd,
    (double Low, double High) AccelBounds, (double Low, double High) CurvatureBounds,
    double StepSeconds, int Waypoints,
    double ThetaLambda, double ThetaRidge, double SpeedLambda, double SpeedRidge,
    double AccelLambda, double AccelRidge, double CurvatureLambda, double CurvatureRidge)
{
    /// <summary>
    /// The same constants with the four normalisation scalars rounded to bfloat16, which is what the published script computes
    /// with: it builds them under a bfloat16 default dtype (alpamayo.md §14). Time step, lambdas and ridges are never rounded.
    /// </summary>
    public ActionSpaceConfiguration WithReferenceBf16Constants() => this with
    {
        AccelMean = RoundToBf16(AccelMean), AccelStd = RoundToBf16(AccelStd),
        CurvatureMean = RoundToBf16(CurvatureMean), CurvatureStd = RoundToBf16(CurvatureStd),
    };

    internal static ActionSpaceConfiguration Read(ConfigurationSection s) => new(
        s.Double("accel_mean"), s.Double("accel_std", 0), s.Double("curvature_mean"), s.Double("curvature_std", 0),
        s.Range("accel_bounds"), s.Range("curvature_bounds"), s.Double("dt", 0), s.Int("n_waypoints", 4),
        Weight(s, "theta_lambda"), Weight(s, "theta_ridge"), Weight(s, "v_lambda"), Weight(s, "v_ridge"),
        Weight(s, "a_lambda"), Weight(s, "a_ridge"), Weight(s, "kappa_lambda"), Weight(s, "kappa_ridge"));

    /// <summary>Reads the action_space block of a fixture or a configuration file.</summary>
    /// <exception cref="InvalidConfigurationException">A constant is missing or out of range.</exception>
    public static ActionSpaceConfiguration Read(string file, System.Text.Json.JsonElement block) => Read(ConfigurationSection.Root(file, block));

    private static double Weight(ConfigurationSection section, string key)
    {
        var weight = section.Double(key);
        return weight >= 0 ? weight : throw section.Refuse(key, "must not be negative");
    }

    private static double RoundToBf16(double value)
    {
        var bits = BitConverter.SingleToUInt32Bits((float)value);
        bits += 0x7FFF + ((bits >> 16) & 1);
        return BitConverter.UInt32BitsToSingle(bits & 0xFFFF0000);
    }
}
