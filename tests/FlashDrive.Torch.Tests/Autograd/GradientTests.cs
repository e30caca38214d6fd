namespace FlashDrive.Torch.Tests.Autograd;

/// <summary>Gradients of the operators that training uses, against central differences in float64.</summary>
public class GradientTests
{
    private static readonly Func<Tensor, Tensor> Positive = x => x.square() + 0.5;

    private static Tensor Constant(ulong seed, params ReadOnlySpan<long> shape)
    {
        using var generator = new Generator(seed);
        using var narrow = generator.randn(shape);
        return narrow.to(torch.float64);
    }

    /// <summary>Each takes a float64 [3, 4] leaf and returns any shape.</summary>
    public static TheoryData<string, Func<Tensor, Tensor>> Functions => new()
    {
        { "add, mul, sub, div", x => (x + 2.0) * x - x / Positive(x) },
        { "neg and reversed subtraction", x => 1.0 - (-x) },
        { "broadcast over rows", x => x * x[0] + x.sum(1, keepdim: true) },
        { "exp", x => x.exp() },
        { "log", x => Positive(x).log() },
        { "sqrt and rsqrt", x => Positive(x).sqrt() * Positive(x).rsqrt().square() },
        { "sin and cos", x => x.sin() * x.cos() },
        { "sigmoid", x => x.sigmoid() },
        { "tanh", x => x.tanh() },
        { "silu", x => x.silu() },
        { "erf gelu", x => x.gelu() },
        { "tanh gelu", x => x.gelu_tanh() },
        { "softmax", x => x.softmax(-1) },
        { "log_softmax", x => x.log_softmax(-1) },
        { "mean", x => x.mean(1).square() },
        { "cumsum", x => x.cumsum(1) },
        { "matmul", x => torch.matmul(x, Constant(1, 4, 5)) },
        { "matmul of two dependents", x => torch.matmul(x, x.t()) },
        { "linear weight", x => torch.linear(Constant(2, 5, 4), x, Constant(3, 3)) },
        { "mv", x => torch.mv(x, x[1]) },
        { "bmm", x => torch.bmm(x.unsqueeze(0), Constant(4, 1, 4, 2)) },
        { "baddbmm", x => torch.baddbmm(Constant(5, 1, 3, 3), x.unsqueeze(0), x.t().unsqueeze(0), 1, 0.3) },
        { "addmm", x => torch.addmm(x, x, Constant(6, 4, 4)) },
        { "layer_norm", x => torch.layer_norm(x, Constant(7, 4), Constant(8, 4), 1e-5) },
        { "layer_norm weight", x => torch.layer_norm(Constant(9, 3, 4), x[0], x[1], 1e-5) },
        { "rms norm by primitives", x => x * (x.square().mean(-1, keepdim: true) + 1e-6).rsqrt() },
        { "embedding", x => torch.embedding(x, torch.tensor([2L, 0, 2])) },
        { "gather", x => x.gather(1, torch.tensor([3L, 1, 0], 3, 1)) },
        { "index_select", x => x.index_select(0, torch.tensor([1L, 1, 2])) },
        { "index_add", x => Constant(10, 5, 4).index_add(0, torch.tensor([4L, 0, 4]), x) },
        { "views", x => torch.cat([x.narrow(1, 1, 2), x.slice(1, 0, 4, 2)], 1).transpose(0, 1).reshape(3, 4) * 2.0 },
        { "stack, expand and repeat", x => torch.stack([x, x]).sum(0).unsqueeze(0).expand(2, 3, 4) * x.repeat_interleave(2, 0).reshape(2, 3, 4) },
        { "chunk", x => x.chunk(2, 1)[0] * x.chunk(2, 1)[1] },
        { "masked_fill and where", x => torch.where(x.gt(0), x.square(), x.masked_fill(x.gt(1), 0)) },
        { "clamp", x => x.clamp(-0.7, 0.7) },
        { "norm", x => x.norm() },
        { "cross entropy", x => torch.cross_entropy(x, torch.tensor([3L, -100, 1])) },
        { "binary cross entropy", x => torch.binary_cross_entropy_with_logits(x, Constant(11, 3, 4).sigmoid(), Constant(12, 4).exp()) },
        { "mean square error", x => torch.mse_loss(x, Constant(13, 3, 4)) },
    };

    [Theory]
    [MemberData(nameof(Functions))]
    public void A_gradient_equals_the_central_difference(string name, Func<Tensor, Tensor> function)
    {
        using var scope = torch.NewDisposeScope();
        var x = Constant(42, 3, 4);
        Assert.True(GradientCheck.WorstError(function, x) < 1e-6, name);
    }

    [Fact]
    public void The_check_itself_notices_a_gradient_that_is_cut_off()
    {
        using var scope = torch.NewDisposeScope();
        Assert.True(GradientCheck.WorstError(x => x * x.detach(), Constant(42, 3, 4)) > 0.1);
    }

    [Fact]
    public void Gradients_accumulate_until_they_are_cleared()
    {
        using var scope = torch.NewDisposeScope();
        var x = torch.tensor([2f]).requires_grad_();
        Assert.Null(x.grad);
        x.square().sum().backward();
        x.square().sum().backward();
        Assert.Equal([8f], x.grad!.ToArray<float>());
        x.grad = null;
        Assert.Null(x.grad);
    }

    [Fact]
    public void A_seed_weights_the_outputs_of_a_vector()
    {
        using var scope = torch.NewDisposeScope();
        var x = torch.tensor([1f, 2]).requires_grad_();
        x.square().backward(torch.tensor([1f, 10]));
        Assert.Equal([2f, 40], x.grad!.ToArray<float>());
    }

    [Fact]
    public void Separate_gradients_leave_the_leaves_untouched_and_name_the_unused()
    {
        using var scope = torch.NewDisposeScope();
        var x = torch.tensor([3f]).requires_grad_();
        var unused = torch.tensor([1f]).requires_grad_();
        var gradients = torch.gradients(x.square().sum(), [x, unused]);
        Assert.Equal([6f], gradients[0]!.ToArray<float>());
        Assert.Null(gradients[1]);
        Assert.Null(x.grad);
    }
}
