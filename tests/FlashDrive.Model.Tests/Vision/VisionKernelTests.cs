using FlashDrive.Torch;

namespace FlashDrive.Model.Tests.Vision;

/// <summary>The tower in one native call against the chain of LibTorch operators, and its images against each other.</summary>
public sealed class VisionKernelTests : IDisposable
{
    private readonly TinyNetwork _tiny = new();
    private readonly Generator _generator = new(17);

    public void Dispose()
    {
        _generator.Dispose();
        _tiny.Dispose();
    }

    [Theory]
    [InlineData(1, 4, 4)]
    [InlineData(4, 6, 10)]
    public void Features_equal_LibTorchs_operators(int images, int rows, int columns) => Levels.Each(level =>
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var pixels = _generator.randn(images * rows * columns, _tiny.Configuration.Vision.PatchLength);
        var (expected, got) = (_tiny.Model.Vision.Forward(pixels, rows, columns), _tiny.Model.Vision.ForwardByKernel(pixels, rows, columns));
        Levels.Close(expected.Merged, got.Merged, 2e-5, $"{images} images of {rows} x {columns}, level {level}: merged");
        Assert.Equal(expected.Deepstack.Count, got.Deepstack.Count);
        for (var i = 0; i < got.Deepstack.Count; i++) Levels.Close(expected.Deepstack[i], got.Deepstack[i], 2e-5, $"deepstack level {i}");
    });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void An_image_has_the_bits_that_it_has_alone(int threads) => Levels.Each(_ =>
    {
        using var scope = torch.NewDisposeScope();
        torch.set_num_threads(threads);
        var pixels = _generator.randn(5 * 24, _tiny.Configuration.Vision.PatchLength);
        var together = _tiny.Model.Vision.ForwardByKernel(pixels, 4, 6);
        for (var i = 0; i < 5; i++)
        {
            var alone = _tiny.Model.Vision.ForwardByKernel(pixels.narrow(0, i * 24, 24), 4, 6);
            Assert.Equal(alone.Merged.ToArray<float>(), together.Merged.narrow(0, i * 6, 6).ToArray<float>());
            for (var level = 0; level < alone.Deepstack.Count; level++)
                Assert.Equal(alone.Deepstack[level].ToArray<float>(), together.Deepstack[level].narrow(0, i * 6, 6).ToArray<float>());
        }
        torch.set_num_threads(1);
    });
}
