namespace FlashDrive.Model.Layers;

/// <summary>Inverse frequencies base^(−2j/dim), j &lt; dim/2, with the float32 roundings of the reference: power, then reciprocal.</summary>
internal static class RotaryFrequencies
{
    internal static float[] Of(double theta, int dim)
    {
        var result = new float[dim / 2];
        for (var j = 0; j < result.Length; j++) result[j] = 1f / (float)Math.Pow(theta, 2f * j / dim);
        return result;
    }
}
