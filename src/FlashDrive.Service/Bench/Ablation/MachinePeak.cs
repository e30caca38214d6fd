using FlashDrive.Torch;

namespace FlashDrive.Service.Bench.Ablation;

/// <summary>What the machine can do at most, measured beside the table: float32 operations and bytes a second at the table's threads.</summary>
/// <param name="FlopsPerSecond">Best of several products of two 768 × 768 matrices by LibTorch's BLAS.</param>
/// <param name="BytesPerSecond">Best of several sums over as many bytes as a decode step reads.</param>
internal sealed record MachinePeak(double FlopsPerSecond, double BytesPerSecond)
{
    private const int Size = 768, Repeats = 15;

    public MachinePeak Or(MachinePeak other) => new(Math.Max(FlopsPerSecond, other.FlopsPerSecond), Math.Max(BytesPerSecond, other.BytesPerSecond));

    public static MachinePeak Measure(TimeProvider time, double stepBytes)
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var matrix = torch.full([Size, Size], 0.5);
        var bytes = torch.full([(long)(stepBytes / sizeof(float))], 0.5);
        var (product, sum) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        for (var i = 0; i < Repeats; i++)
        {
            product = Shortest(product, time, () => torch.matmul(matrix, matrix));
            sum = Shortest(sum, time, () => bytes.sum());
        }
        return new(2.0 * Size * Size * Size / product.TotalSeconds, stepBytes / sum.TotalSeconds);
    }

    private static TimeSpan Shortest(TimeSpan best, TimeProvider time, Func<Tensor> work)
    {
        using var scope = torch.NewDisposeScope();
        var started = time.GetTimestamp();
        work();
        var took = time.GetElapsedTime(started);
        return took < best ? took : best;
    }
}
