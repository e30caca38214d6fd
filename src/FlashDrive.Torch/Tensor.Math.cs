namespace FlashDrive.Torch;

public sealed partial class Tensor
{
    private static readonly Op ExpOp = new("aten::exp"), LogOp = new("aten::log"), SinOp = new("aten::sin"), CosOp = new("aten::cos");
    private static readonly Op SqrtOp = new("aten::sqrt"), RsqrtOp = new("aten::rsqrt"), SquareOp = new("aten::square"), AbsOp = new("aten::abs");
    private static readonly Op SigmoidOp = new("aten::sigmoid"), SiluOp = new("aten::silu"), GeluOp = new("aten::gelu"), TanhOp = new("aten::tanh");
    private static readonly Op SoftmaxOp = new("aten::softmax", "int"), LogSoftmaxOp = new("aten::log_softmax", "int");
    private static readonly Op SumAll = new("aten::sum"), SumDim = new("aten::sum", "dim_IntList");
    private static readonly Op MeanAll = new("aten::mean"), MeanDim = new("aten::mean", "dim");
    private static readonly Op MaxAll = new("aten::max"), MinAll = new("aten::min"), ArgmaxOp = new("aten::argmax");
    private static readonly Op AllFiniteOp = new("flashdrive::is_finite");
    private static readonly Op NormOp = new("aten::norm", "Scalar"), ClampOp = new("aten::clamp"), IsFiniteOp = new("aten::isfinite"), AllOp = new("aten::all");
    private static readonly Op MaskedFillOp = new("aten::masked_fill", "Scalar"), TopkOp = new("aten::topk"), CumsumOp = new("aten::cumsum");

    public Tensor exp() => ExpOp.Call(this);

    public Tensor log() => LogOp.Call(this);

    public Tensor sin() => SinOp.Call(this);

    public Tensor cos() => CosOp.Call(this);

    public Tensor sqrt() => SqrtOp.Call(this);

    public Tensor rsqrt() => RsqrtOp.Call(this);

    public Tensor square() => SquareOp.Call(this);

    public Tensor abs() => AbsOp.Call(this);

    public Tensor sigmoid() => SigmoidOp.Call(this);

    public Tensor silu() => SiluOp.Call(this);

    public Tensor tanh() => TanhOp.Call(this);

    /// <summary>erf-GELU.</summary>
    public Tensor gelu() => GeluOp.Call(this, "none");

    public Tensor gelu_tanh() => GeluOp.Call(this, "tanh");

    public Tensor softmax(long dim) => SoftmaxOp.Call(this, dim);

    public Tensor log_softmax(long dim) => LogSoftmaxOp.Call(this, dim);

    public Tensor sum() => SumAll.Call(this);

    public Tensor sum(long dim, bool keepdim = false) => SumDim.Call(this, (ReadOnlySpan<long>)[dim], keepdim);

    public Tensor mean() => MeanAll.Call(this);

    public Tensor mean(long dim, bool keepdim = false) => MeanDim.Call(this, (ReadOnlySpan<long>)[dim], keepdim);

    public Tensor max() => MaxAll.Call(this);

    public Tensor min() => MinAll.Call(this);

    public Tensor argmax(long dim) => ArgmaxOp.Call(this, dim);

    /// <summary>Euclidean norm of all elements.</summary>
    public Tensor norm() => NormOp.Call(this, 2.0);

    public Tensor clamp(double low, double high) => ClampOp.Call(this, low, high);

    public Tensor isfinite() => IsFiniteOp.Call(this);

    public Tensor all() => AllOp.Call(this);

    /// <summary>Whether no element is NaN or infinite; reads one truth value back.</summary>
    public bool IsFinite() => AllFiniteOp.CallScalar(this) != 0;

    public Tensor masked_fill(Tensor mask, double value) => MaskedFillOp.Call(this, mask, value);

    public Tensor cumsum(long dim) => CumsumOp.Call(this, dim);

    public (Tensor Values, Tensor Indices) topk(long k, long dim = -1) => TopkOp.CallMany(this, k, dim) is [var values, var indices] ? (values, indices) : throw new InvalidOperationException();

    public Tensor matmul(Tensor other) => torch.matmul(this, other);
}
