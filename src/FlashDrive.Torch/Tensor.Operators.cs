namespace FlashDrive.Torch;

/// <remarks>An integer operand keeps an integer tensor's type; a double turns it into float32, as in PyTorch.</remarks>
public sealed partial class Tensor
{
    private static readonly Op AddT = new("aten::add", "Tensor"), AddS = new("aten::add", "Scalar");
    private static readonly Op SubT = new("aten::sub", "Tensor"), SubS = new("aten::sub", "Scalar"), RsubS = new("aten::rsub", "Scalar");
    private static readonly Op MulT = new("aten::mul", "Tensor"), MulS = new("aten::mul", "Scalar");
    private static readonly Op DivT = new("aten::div", "Tensor"), DivS = new("aten::div", "Scalar");
    private static readonly Op NegOp = new("aten::neg");
    private static readonly Op AddIn = new("aten::add_", "Tensor"), AddInS = new("aten::add_", "Scalar");
    private static readonly Op SubIn = new("aten::sub_", "Tensor"), MulIn = new("aten::mul_", "Tensor"), MulInS = new("aten::mul_", "Scalar");
    private static readonly Op DivIn = new("aten::div_", "Tensor");
    private static readonly Op EqS = new("aten::eq", "Scalar"), EqT = new("aten::eq", "Tensor"), NeS = new("aten::ne", "Scalar");
    private static readonly Op LtT = new("aten::lt", "Tensor"), LeT = new("aten::le", "Tensor"), GtT = new("aten::gt", "Tensor"), GeT = new("aten::ge", "Tensor");
    private static readonly Op LtS = new("aten::lt", "Scalar"), GtS = new("aten::gt", "Scalar"), GeS = new("aten::ge", "Scalar"), LeS = new("aten::le", "Scalar");

    public static Tensor operator +(Tensor a, Tensor b) => AddT.Call(a, b);

    public static Tensor operator +(Tensor a, double b) => AddS.Call(a, b);

    public static Tensor operator +(Tensor a, long b) => AddS.Call(a, b);

    public static Tensor operator -(Tensor a, Tensor b) => SubT.Call(a, b);

    public static Tensor operator -(Tensor a, double b) => SubS.Call(a, b);

    public static Tensor operator -(Tensor a, long b) => SubS.Call(a, b);

    public static Tensor operator -(double a, Tensor b) => RsubS.Call(b, a);

    public static Tensor operator -(Tensor a) => NegOp.Call(a);

    public static Tensor operator *(Tensor a, Tensor b) => MulT.Call(a, b);

    public static Tensor operator *(Tensor a, double b) => MulS.Call(a, b);

    public static Tensor operator *(Tensor a, long b) => MulS.Call(a, b);

    public static Tensor operator *(double a, Tensor b) => MulS.Call(b, a);

    public static Tensor operator *(long a, Tensor b) => MulS.Call(b, a);

    public static Tensor operator /(Tensor a, Tensor b) => DivT.Call(a, b);

    public static Tensor operator /(Tensor a, double b) => DivS.Call(a, b);

    public Tensor add(Tensor other, double alpha = 1) => AddT.Call(this, other, alpha);

    public Tensor add_(Tensor other, double alpha = 1) => InPlace(AddIn, other, alpha);

    public Tensor add_(double value) => InPlace(AddInS, value);

    public Tensor sub_(Tensor other) => InPlace(SubIn, other);

    public Tensor mul_(Tensor other) => InPlace(MulIn, other);

    public Tensor mul_(double value) => InPlace(MulInS, value);

    public Tensor div_(Tensor other) => InPlace(DivIn, other);

    public Tensor eq(double value) => EqS.Call(this, value);

    public Tensor eq(long value) => EqS.Call(this, value);

    public Tensor eq(Tensor other) => EqT.Call(this, other);

    public Tensor ne(double value) => NeS.Call(this, value);

    public Tensor ne(long value) => NeS.Call(this, value);

    public Tensor lt(Tensor other) => LtT.Call(this, other);

    public Tensor lt(double value) => LtS.Call(this, value);

    public Tensor le(Tensor other) => LeT.Call(this, other);

    public Tensor le(double value) => LeS.Call(this, value);

    public Tensor gt(Tensor other) => GtT.Call(this, other);

    public Tensor gt(double value) => GtS.Call(this, value);

    public Tensor ge(Tensor other) => GeT.Call(this, other);

    public Tensor ge(double value) => GeS.Call(this, value);

    private Tensor InPlace(Op op, Arg argument)
    {
        op.Run(this, argument);
        return this;
    }

    private Tensor InPlace(Op op, Arg first, Arg second)
    {
        op.Run(this, first, second);
        return this;
    }
}
