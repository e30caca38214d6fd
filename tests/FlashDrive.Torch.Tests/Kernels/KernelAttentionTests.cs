namespace FlashDrive.Torch.Tests.Kernels;

/// <summary>Attention of few rows over a window, against LibTorch's and its rows against each other.</summary>
public class KernelAttentionTests
{
    [Theory]
    [InlineData(1, 4, 2, 32, 450)]
    [InlineData(8, 4, 2, 32, 450)]
    [InlineData(16, 4, 4, 16, 33)]
    [InlineData(3, 6, 2, 10, 17)]
    [InlineData(5, 3, 1, 80, 64)]
    public void It_equals_LibTorchs_at_every_level(int rows, int heads, int kvHeads, int headDim, int slots) => Levels.Each(level =>
    {
        using var scope = torch.NewDisposeScope();
        using var generator = new Generator(5);
        var (q, keys, values) = Draw(generator, rows, heads, kvHeads, headDim, slots);
        var first = slots - rows;
        var mask = torch.zeros([1, heads / kvHeads * rows, slots], ScalarType.Float64);
        var open = mask.buffer<double>();
        for (var i = 0; i < open.Length; i++) open[i] = i % slots <= first + i / slots % rows ? 0 : double.NegativeInfinity;
        var expected = torch.layers.attention(q.to(torch.float64).unsqueeze(0), keys.to(torch.float64).unsqueeze(0), values.to(torch.float64).unsqueeze(0), mask).squeeze(0);
        Levels.Close(expected, torch.kernels.attention(q, keys, values, first), 2e-6, $"attention {rows}x{heads}/{kvHeads}x{headDim} over {slots} at level {level}");
    });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Many_rows_have_the_bits_of_single_rows(int threads) => Levels.Each(level =>
    {
        using var scope = torch.NewDisposeScope();
        using var generator = new Generator(9);
        torch.set_num_threads(threads);
        var (q, keys, values) = Draw(generator, 16, 4, 2, 32, 450);
        const int first = 430;
        var single = Enumerable.Range(0, 16).Select(r => torch.kernels.attention(q.narrow(0, r, 1), keys, values, first + r).ToArray<float>()).ToArray();
        for (var rows = 1; rows <= 16; rows++)
            Assert.Equal(single.Take(rows).SelectMany(r => r), torch.kernels.attention(q.narrow(0, 0, rows), keys, values, first).ToArray<float>());
        torch.set_num_threads(1);
    });

    private static (Tensor Q, Tensor Keys, Tensor Values) Draw(Generator generator, int rows, int heads, int kvHeads, int headDim, int slots) =>
        (generator.randn(rows, heads, headDim), generator.randn(kvHeads, slots, headDim), generator.randn(kvHeads, slots, headDim));
}
