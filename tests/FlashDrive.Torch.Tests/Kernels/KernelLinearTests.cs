using FlashDrive.Torch.Tests.Support;

namespace FlashDrive.Torch.Tests.Kernels;

/// <summary>The packed product against LibTorch, and its rows against each other.</summary>
public class KernelLinearTests
{
    [Theory]
    [InlineData(1, 128, 256)]
    [InlineData(8, 384, 128)]
    [InlineData(13, 60, 97)]
    [InlineData(150, 96, 576)]
    [InlineData(450, 128, 1700)]
    [InlineData(3, 7, 2)]
    [InlineData(2, 1, 1)]
    public void The_product_equals_LibTorchs_at_every_level(int rows, int inputs, int outputs) => Levels.Each(level =>
    {
        using var scope = torch.NewDisposeScope();
        using var generator = new Generator(7);
        var (x, weight, bias) = (generator.randn(rows, inputs), generator.randn(outputs, inputs), generator.randn(outputs));
        var expected = torch.layers.linear(x.to(torch.float64), weight.to(torch.float64), bias.to(torch.float64));
        var got = torch.kernels.linear(x, torch.kernels.pack(weight), outputs, bias);
        Levels.Close(expected, got, 2e-6, $"linear {rows}x{inputs}x{outputs} at level {level}");
    });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Many_rows_have_the_bits_of_single_rows(int threads) => Levels.Each(level =>
    {
        using var scope = torch.NewDisposeScope();
        using var generator = new Generator(11);
        torch.set_num_threads(threads);
        const int outputs = 4500;
        var (x, packed, bias) = (generator.randn(40, 131), torch.kernels.pack(generator.randn(outputs, 131)), generator.randn(outputs));
        var single = Enumerable.Range(0, 40).Select(r => torch.kernels.linear(x.narrow(0, r, 1), packed, outputs, bias).ToArray<float>()).ToArray();
        foreach (var rows in Enumerable.Range(1, 16).Append(40))
            Assert.Equal(single.Take(rows).SelectMany(r => r), torch.kernels.linear(x.narrow(0, 0, rows), packed, outputs, bias).ToArray<float>());
        torch.set_num_threads(1);
    });

    [Fact]
    public void Shapes_that_do_not_fit_are_refused()
    {
        using var scope = torch.NewDisposeScope();
        var packed = torch.kernels.pack(torch.ones(20, 4));
        Assert.Contains("20 outputs do not fit packed weights [2, 4, 16]", Expect.Fails(TorchErrorKind.Value, () => torch.kernels.linear(torch.ones(3, 5), packed, 20)).Message);
        Assert.Contains("40 outputs", Expect.Fails(TorchErrorKind.Value, () => torch.kernels.linear(torch.ones(3, 4), packed, 40)).Message);
        Assert.Contains("contiguous float32 CPU tensor", Expect.Fails(TorchErrorKind.Value, () => torch.kernels.pack(torch.ones(3, 4).to(torch.float64))).Message);
    }
}
