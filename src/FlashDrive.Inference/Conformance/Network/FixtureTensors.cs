using FlashDrive.Torch;

namespace FlashDrive.Inference.Conformance.Network;

/// <summary>Comparisons of tensors, which are copied out of LibTorch in row-major order.</summary>
internal static class FixtureTensors
{
    internal static void Relative(this Comparison comparison, FixtureFile file, string name, Tensor ours, double tolerance)
    {
        using var scope = torch.NewDisposeScope();
        comparison.Relative(file, name, ours.ToArray<float>(), tolerance);
    }

    /// <summary>Rows of a reference that runs row by row here: [rows][..] put behind each other.</summary>
    internal static float[] Concat(IEnumerable<float[]> rows) => [.. rows.SelectMany(row => row)];

    /// <summary>[layers][row] pieces of one shape -> row-major [layers, rows, ..].</summary>
    internal static float[] ByLayer(IReadOnlyList<float[][]> rows)
    {
        var layers = rows[0].Length;
        return [.. Enumerable.Range(0, layers).SelectMany(layer => rows.SelectMany(row => row[layer]))];
    }
}
