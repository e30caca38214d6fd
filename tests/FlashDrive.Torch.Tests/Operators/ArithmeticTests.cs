using FlashDrive.Torch.Tests.Support;

namespace FlashDrive.Torch.Tests.Operators;

/// <summary>Element-wise functions and reductions against values written down by hand.</summary>
public class ArithmeticTests
{
    private static Tensor A() => torch.tensor([1f, 2, 3, 4], 2, 2);

    private static Tensor B() => torch.tensor([4f, 3, 2, 1], 2, 2);

    public static TheoryData<string, Func<Tensor>, double[]> TwoByTwo => new()
    {
        { "add", () => A() + B(), [5, 5, 5, 5] },
        { "add scalar", () => A() + 0.5, [1.5, 2.5, 3.5, 4.5] },
        { "add scaled", () => A().add(B(), 2), [9, 8, 7, 6] },
        { "sub", () => A() - B(), [-3, -1, 1, 3] },
        { "sub scalar", () => A() - 1, [0, 1, 2, 3] },
        { "scalar minus", () => 1.0 - A(), [0, -1, -2, -3] },
        { "neg", () => -A(), [-1, -2, -3, -4] },
        { "mul", () => A() * B(), [4, 6, 6, 4] },
        { "mul scalar", () => 2 * A() * 0.5, [1, 2, 3, 4] },
        { "div", () => A() / B(), [0.25, 0.6666667, 1.5, 4] },
        { "div scalar", () => A() / 4, [0.25, 0.5, 0.75, 1] },
        { "add in place", () => A().add_(B()).add_(1.0), [6, 6, 6, 6] },
        { "sub in place", () => A().sub_(B()), [-3, -1, 1, 3] },
        { "mul in place", () => A().mul_(B()).mul_(2.0), [8, 12, 12, 8] },
        { "div in place", () => A().div_(B()), [0.25, 0.6666667, 1.5, 4] },
        { "exp", () => (A() - 1).exp(), [1, Math.E, 7.3890561, 20.0855369] },
        { "log", () => A().log(), [0, 0.6931472, 1.0986123, 1.3862944] },
        { "sin", () => A().sin(), [0.8414710, 0.9092974, 0.1411200, -0.7568025] },
        { "cos", () => A().cos(), [0.5403023, -0.4161468, -0.9899925, -0.6536436] },
        { "sqrt", () => A().sqrt(), [1, 1.4142136, 1.7320508, 2] },
        { "rsqrt", () => A().rsqrt(), [1, 0.7071068, 0.5773503, 0.5] },
        { "square", () => A().square(), [1, 4, 9, 16] },
        { "abs", () => (A() - 2.5).abs(), [1.5, 0.5, 0.5, 1.5] },
        { "sigmoid", () => (A() - 2).sigmoid(), [0.2689414, 0.5, 0.7310586, 0.8807971] },
        { "silu", () => (A() - 2).silu(), [-0.2689414, 0, 0.7310586, 1.7615942] },
        { "tanh", () => (A() - 2).tanh(), [-0.7615942, 0, 0.7615942, 0.9640276] },
        { "erf gelu", () => (A() - 2).gelu(), [-0.1586553, 0, 0.8413447, 1.9544997] },
        { "tanh gelu", () => (A() - 2).gelu_tanh(), [-0.1588080, 0, 0.8411920, 1.9545977] },
        { "softmax over rows", () => A().softmax(-1), [0.2689414, 0.7310586, 0.2689414, 0.7310586] },
        { "softmax over columns", () => A().softmax(0), [0.1192029, 0.1192029, 0.8807971, 0.8807971] },
        { "log_softmax", () => A().log_softmax(-1), [-1.3132617, -0.3132617, -1.3132617, -0.3132617] },
        { "clamp", () => A().clamp(1.5, 3.5), [1.5, 2, 3, 3.5] },
        { "cumsum", () => A().cumsum(1), [1, 3, 3, 7] },
        { "masked_fill", () => A().masked_fill(A().gt(2), -1), [1, 2, -1, -1] },
        { "where", () => torch.where(A().lt(B()), A(), B()), [1, 2, 2, 1] },
        { "eq", () => A().eq(3.0), [0, 0, 1, 0] },
        { "ne", () => A().ne(3.0), [1, 1, 0, 1] },
        { "le", () => A().le(B()), [1, 1, 0, 0] },
        { "ge", () => A().ge(3), [0, 0, 1, 1] },
        { "isfinite", () => (A() / (A() - 1)).isfinite(), [0, 1, 1, 1] },
        { "zeros_like", () => torch.zeros_like(A()), [0, 0, 0, 0] },
        { "full", () => torch.full([2, 2], 7), [7, 7, 7, 7] },
        { "copy_", () => A().copy_(B()), [4, 3, 2, 1] },
        { "zero_", () => A().zero_(), [0, 0, 0, 0] },
    };

    [Theory]
    [MemberData(nameof(TwoByTwo))]
    public void A_function_of_two_by_two_matrices_gives_the_values_written_down(string name, Func<Tensor> call, double[] expected)
    {
        using var scope = torch.NewDisposeScope();
        Assert.NotEmpty(name);
        Expect.Values(call(), [2, 2], expected, 5e-7 * Math.Max(1, expected.Max(Math.Abs)));
    }

    public static TheoryData<string, Func<Tensor>, long[], double[]> Reductions => new()
    {
        { "sum", () => A().sum(), [], [10] },
        { "sum over rows", () => A().sum(1), [2], [3, 7] },
        { "sum keeping the dimension", () => A().sum(0, keepdim: true), [1, 2], [4, 6] },
        { "mean", () => A().mean(), [], [2.5] },
        { "mean over columns", () => A().mean(0), [2], [2, 3] },
        { "max", () => A().max(), [], [4] },
        { "min", () => A().min(), [], [1] },
        { "argmax", () => B().argmax(1), [2], [0, 0] },
        { "norm", () => torch.tensor([3f, 4]).norm(), [], [5] },
        { "all", () => A().gt(0).all(), [], [1] },
        { "arange", () => torch.arange(1, 8, 3), [3], [1, 4, 7] },
        { "linspace", () => torch.linspace(0, 1, 5), [5], [0, 0.25, 0.5, 0.75, 1] },
        { "ones", () => torch.ones(1, 3), [1, 3], [1, 1, 1] },
    };

    [Theory]
    [MemberData(nameof(Reductions))]
    public void A_reduction_or_factory_gives_the_values_written_down(string name, Func<Tensor> call, long[] shape, double[] expected)
    {
        using var scope = torch.NewDisposeScope();
        Assert.NotEmpty(name);
        Expect.Values(call(), shape, expected, 1e-6);
    }

    [Fact]
    public void A_tensor_without_a_shape_is_a_vector_and_with_an_empty_one_a_scalar()
    {
        using var scope = torch.NewDisposeScope();
        Assert.Equal([1L], torch.tensor([5f]).shape);
        Assert.Equal([2L], torch.tensor(new[] { 5f, 6 }).shape);
        Assert.Empty(torch.tensor([5f], (ReadOnlySpan<long>)[]).shape);
        Assert.Empty(torch.scalar(5).shape);
        Assert.Equal([2L, 0], torch.zeros(2, 0).shape);
    }

    [Fact]
    public void Topk_returns_values_and_places()
    {
        using var scope = torch.NewDisposeScope();
        var (values, places) = torch.tensor([3f, 9, 1, 7], 1, 4).topk(2);
        Expect.Values(values, [1, 2], [9, 7], 0);
        Assert.Equal([1L, 3], places.ToArray<long>());
    }

    [Fact]
    public void An_integer_operand_keeps_integers_and_a_double_makes_floats()
    {
        using var scope = torch.NewDisposeScope();
        var ids = torch.tensor([16777217L, 3]);
        Assert.Equal(torch.int64, (ids + 1).dtype);
        Assert.Equal([16777218L, 4], (ids + 1).ToArray<long>());
        Assert.Equal([33554434L, 6], (2 * ids).ToArray<long>());
        Assert.Equal(torch.float32, (ids + 1.0).dtype);
        Assert.Equal([true, false], ids.eq(16777217).ToArray<bool>());
    }

    [Fact]
    public void Losses_equal_the_hand_computed_ones()
    {
        using var scope = torch.NewDisposeScope();
        var logits = torch.tensor([0f, 1, 2, 0], 2, 2);
        // Rows: -log softmax at the target: log(1 + e^-1) and log(1 + e^2).
        Expect.Values(torch.cross_entropy(logits, torch.tensor([1L, 1]), reduction: 0), [2], [0.3132617, 2.1269280]);
        Expect.Values(torch.cross_entropy(logits, torch.tensor([1L, -100])), [], [0.3132617]);
        Expect.Values(torch.binary_cross_entropy_with_logits(torch.tensor([0f, 2]), torch.tensor([1f, 0]), reduction: 0), [2], [0.6931472, 2.1269280]);
        Expect.Values(torch.mse_loss(torch.tensor([1f, 2]), torch.tensor([3f, 5])), [], [6.5]);
    }
}
