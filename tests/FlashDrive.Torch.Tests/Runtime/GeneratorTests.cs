namespace FlashDrive.Torch.Tests.Runtime;

public class GeneratorTests
{
    [Fact]
    public void The_same_seed_gives_the_same_numbers_and_another_seed_others()
    {
        using var scope = torch.NewDisposeScope();
        using var first = new Generator(7);
        using var second = new Generator(7);
        using var other = new Generator(8);
        var numbers = first.randn(100).ToArray<float>();
        Assert.Equal(numbers, second.randn(100).ToArray<float>());
        Assert.NotEqual(numbers, other.randn(100).ToArray<float>());
        Assert.NotEqual(numbers, first.randn(100).ToArray<float>());
    }

    [Fact]
    public void The_global_generator_and_a_generator_of_ones_own_do_not_touch_each_other()
    {
        using var scope = torch.NewDisposeScope();
        var rand = new Op("aten::randn");
        torch.manual_seed(3);
        var expected = rand.Call((ReadOnlySpan<long>)[8]).ToArray<float>();
        using var own = new Generator(5);
        var mine = own.randn(8).ToArray<float>();

        torch.manual_seed(3);
        using var again = new Generator(5);
        Assert.Equal(mine, again.randn(8).ToArray<float>());
        Assert.Equal(expected, rand.Call((ReadOnlySpan<long>)[8]).ToArray<float>());
    }

    [Fact]
    public void Numbers_have_the_moments_of_their_distribution()
    {
        using var scope = torch.NewDisposeScope();
        using var generator = new Generator(1);
        var normal = generator.randn(200, 500);
        Assert.Equal([200L, 500], normal.shape);
        Assert.Equal(0, normal.mean().item<float>(), 0.01);
        Assert.Equal(1, normal.square().mean().item<float>(), 0.02);
        var uniform = generator.rand(100_000);
        Assert.Equal(0.5, uniform.mean().item<float>(), 0.005);
        Assert.InRange(uniform.min().item<float>(), 0, 0.001);
        Assert.InRange(uniform.max().item<float>(), 0.999f, 0.99999999f);
    }

    [Fact]
    public void A_disposed_generator_is_refused()
    {
        var generator = new Generator(1);
        generator.Dispose();
        generator.Dispose();
        using var scope = torch.NewDisposeScope();
        Assert.Throws<ObjectDisposedException>(() => generator.randn(2));
    }
}
