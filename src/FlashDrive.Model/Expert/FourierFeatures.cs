using FlashDrive.Torch;

namespace FlashDrive.Model.Expert;

/// <summary>√2·[sin 2πf₀u …, cos 2πf₀u …] of scalars, in float32, with the argument formed as ((u·f)·2)·π (alpamayo.md §10.2).</summary>
public sealed class FourierFeatures : IDisposable
{
    /// <param name="frequencies">[features / 2]</param>
    public FourierFeatures(ReadOnlySpan<float> frequencies) => Tensor = torch.tensor(frequencies, frequencies.Length).DetachFromDisposeScope();

    /// <summary>[features / 2]</summary>
    public float[] Frequencies => Tensor.ToArray<float>();

    internal Tensor Tensor { get; }

    /// <summary>Log-spaced from 1 to <paramref name="max"/>, in float32.</summary>
    /// <param name="bfloat16">Rounded to bfloat16, as a checkpoint loaded in bfloat16 has it.</param>
    public static float[] Table(int features, double max, bool bfloat16)
    {
        var count = features / 2;
        using var scope = torch.NewDisposeScope();
        var table = new Op("aten::logspace").Call(0.0, Math.Log10(max), count, 10.0, ScalarType.Float32);
        return (bfloat16 ? table.to(ScalarType.BFloat16).to(ScalarType.Float32) : table).ToArray<float>();
    }

    /// <param name="u">[.., 1]</param>
    /// <returns>[.., features]</returns>
    public Tensor Forward(Tensor u) => torch.layers.fourier_features(u, Tensor);

    public void Dispose() => Tensor.Dispose();
}
