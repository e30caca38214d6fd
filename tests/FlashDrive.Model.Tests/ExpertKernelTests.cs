using FlashDrive.Model.Language;
using FlashDrive.Torch;

namespace FlashDrive.Model.Tests;

/// <summary>One native call per velocity against the chain of LibTorch operators, and its samples against each other.</summary>
public sealed class ExpertKernelTests : IDisposable
{
    private const int Slots = 75;

    private readonly TinyNetwork _tiny = new();
    private readonly Generator _generator = new(13);
    private readonly ContiguousCache _cache;

    public ExpertKernelTests()
    {
        _cache = new(_tiny.Configuration.Text, Slots + 6);
        for (var layer = 0; layer < _tiny.Configuration.Text.Layers; layer++)
        {
            using var scope = torch.NewDisposeScope();
            _cache.Whole.Keys[layer].copy_(_generator.randn(_cache.Whole.Keys[layer].shape));
            _cache.Whole.Values[layer].copy_(_generator.randn(_cache.Whole.Values[layer].shape));
        }
        _cache.Begin(0, Slots);
    }

    public void Dispose()
    {
        _cache.Dispose();
        _generator.Dispose();
        _tiny.Dispose();
    }

    [Theory]
    [InlineData(1, 64)]
    [InlineData(3, 64)]
    [InlineData(2, 5)]
    public void The_velocity_equals_LibTorchs_operators(int samples, int waypoints) => Levels.Each(level =>
    {
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var expert = _tiny.Model.Expert;
        var (x, t) = (_generator.randn(samples, waypoints, 2), _generator.randn(samples, 1, 1).abs());
        var rotary = expert.Rotary.TextTables(90, waypoints);
        Levels.Close(expert.Velocity(x, t, rotary, _cache), Velocity(x, t), 2e-5, $"velocity of {samples} samples, level {level}");
    });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_sample_has_the_bits_that_it_has_alone(int threads) => Levels.Each(_ =>
    {
        using var scope = torch.NewDisposeScope();
        torch.set_num_threads(threads);
        var (x, t) = (_generator.randn(6, 64, 2), _generator.randn(6, 1, 1).abs());
        var together = Velocity(x, t);
        for (var i = 0; i < 6; i++)
            Assert.Equal(Velocity(x.narrow(0, i, 1), t.narrow(0, i, 1)).ToArray<float>(), together.narrow(0, i, 1).contiguous().ToArray<float>());
        torch.set_num_threads(1);
    });

    private Tensor Velocity(Tensor x, Tensor t) =>
        _tiny.Model.Expert.Kernel.Velocity(x, t, _tiny.Model.Expert.Rotary.TextTables(90, (int)x.size(1)), _cache.Whole, Slots);
}
