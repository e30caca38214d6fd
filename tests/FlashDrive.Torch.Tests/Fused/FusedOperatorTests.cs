using FlashDrive.Torch.Tests.Autograd;
using FlashDrive.Torch.Tests.Support;

namespace FlashDrive.Torch.Tests.Fused;

/// <summary>The fused operators against the composition of LibTorch's own, forwards and backwards, and by finite differences.</summary>
public class FusedOperatorTests
{
    private const double Eps = 1e-6;

    private static Tensor RmsNorm(Tensor x, Tensor weight) => x * (x.square().mean(-1, keepdim: true) + Eps).rsqrt() * weight;

    private static Tensor Rotary(Tensor x, Tensor cos, Tensor sin)
    {
        var half = x.size(-1) / 2;
        return x * cos + torch.cat([-x.narrow(-1, half, half), x.narrow(-1, 0, half)], -1) * sin;
    }

    private static Tensor Random(ulong seed, params ReadOnlySpan<long> shape)
    {
        using var generator = new Generator(seed);
        return generator.randn(shape);
    }

    /// <summary>A fused operator, its composition in float64, and inputs of odd and round sizes.</summary>
    public static TheoryData<string, Func<Tensor[], Tensor>, Func<Tensor[], Tensor>, Func<Tensor[]>> Cases => new()
    {
        { "rms norm of a head", t => torch.fused.rms_norm(t[0], t[1], Eps), t => RmsNorm(t[0], t[1]), () => [Random(1, 2, 37, 6, 32), Random(2, 32)] },
        { "rms norm of an odd width", t => torch.fused.rms_norm(t[0], t[1], Eps), t => RmsNorm(t[0], t[1]), () => [Random(1, 130, 71), Random(2, 71)] },
        { "rms norm of a vector", t => torch.fused.rms_norm(t[0], t[1], Eps), t => RmsNorm(t[0], t[1]), () => [Random(1, 192), Random(2, 192)] },
        { "rms norm of a strided input", t => torch.fused.rms_norm(t[0].transpose(0, 1), t[1], Eps), t => RmsNorm(t[0].transpose(0, 1), t[1]), () => [Random(1, 5, 9, 16), Random(2, 16)] },
        { "rms norm over many threads' worth", t => torch.fused.rms_norm(t[0], t[1], Eps), t => RmsNorm(t[0], t[1]), () => [Random(1, 1031, 192), Random(2, 192)] },
        { "swiglu", t => torch.fused.swiglu(t[0], t[1]), t => t[0].silu() * t[1], () => [Random(1, 67, 129) * 4, Random(2, 67, 129)] },
        { "swiglu of far values", t => torch.fused.swiglu(t[0], t[1]), t => t[0].silu() * t[1], () => [torch.linspace(-120, 120, 4801), torch.ones(4801)] },
        { "swiglu of strided inputs", t => torch.fused.swiglu(t[0].t(), t[1].t()), t => t[0].t().silu() * t[1].t(), () => [Random(1, 33, 20), Random(2, 33, 20)] },
        { "rotary, tables per token", t => torch.fused.rotary(t[0], Angles(19, 32).Cos, Angles(19, 32).Sin), t => Rotary(t[0], Wide(Angles(19, 32).Cos), Wide(Angles(19, 32).Sin)), () => [Random(1, 2, 6, 19, 32)] },
        { "rotary, heads after tokens", t => torch.fused.rotary(t[0], Angles(19, 20).Cos.unsqueeze(-2), Angles(19, 20).Sin.unsqueeze(-2)), t => Rotary(t[0], Wide(Angles(19, 20).Cos.unsqueeze(-2)), Wide(Angles(19, 20).Sin.unsqueeze(-2))), () => [Random(1, 2, 19, 3, 20)] },
        { "rotary of strided inputs", t => torch.fused.rotary(t[0].select(2, 1).transpose(0, 1), Angles(7, 16).Cos, Angles(7, 16).Sin), t => Rotary(t[0].select(2, 1).transpose(0, 1), Wide(Angles(7, 16).Cos), Wide(Angles(7, 16).Sin)), () => [Random(1, 7, 4, 3, 16)] },
        { "rotary of one row", t => torch.fused.rotary(t[0], Angles(1, 8).Cos[0], Angles(1, 8).Sin[0]), t => Rotary(t[0], Wide(Angles(1, 8).Cos[0]), Wide(Angles(1, 8).Sin[0])), () => [Random(1, 8)] },
        { "rotary with scalar tables", t => torch.fused.rotary(t[0], torch.scalar(0.6f), torch.scalar(0.8f)), t => Rotary(t[0], Wide(torch.scalar(0.6f)), Wide(torch.scalar(0.8f))), () => [Random(1, 3, 6)] },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_fused_operator_equals_its_composition_forwards_and_backwards(string name, Func<Tensor[], Tensor> fused, Func<Tensor[], Tensor> composed, Func<Tensor[]> inputs)
    {
        using var scope = torch.NewDisposeScope();
        Assert.NotEmpty(name);
        var narrow = inputs().Select(t => t.detach().requires_grad_()).ToArray();
        var wide = narrow.Select(t => t.detach().to(torch.float64).requires_grad_()).ToArray();
        var (got, expected) = (fused(narrow), composed(wide));
        Assert.Equal(torch.float32, got.dtype);
        Assert.True(got.is_contiguous);
        AssertClose(expected, got, 1e-6);
        using (torch.no_grad()) Assert.Equal(got.ToArray<float>(), fused(narrow).ToArray<float>());

        var seed = Random(9, got.shape);
        got.backward(seed);
        expected.backward(seed.to(torch.float64));
        for (var i = 0; i < narrow.Length; i++) AssertClose(wide[i].grad!, narrow[i].grad!, 2e-6);
    }

    /// <summary>The composed path for other types is differentiated by LibTorch; this ties the reference itself to differences.</summary>
    [Fact]
    public void Gradients_in_float64_equal_central_differences()
    {
        using var scope = torch.NewDisposeScope();
        var x = Random(4, 3, 8).to(torch.float64);
        var (weight, up) = (Random(5, 8).to(torch.float64), Random(6, 3, 8).to(torch.float64));
        var angles = Angles(3, 8);
        var (cos, sin) = (Wide(angles.Cos), Wide(angles.Sin));
        Assert.True(GradientCheck.WorstError(t => torch.fused.rms_norm(t, weight, Eps), x) < 1e-6);
        Assert.True(GradientCheck.WorstError(t => torch.fused.rms_norm(up, t[0], Eps), x) < 1e-6);
        Assert.True(GradientCheck.WorstError(t => torch.fused.swiglu(t, up), x) < 1e-6);
        Assert.True(GradientCheck.WorstError(t => torch.fused.swiglu(up, t), x) < 1e-6);
        Assert.True(GradientCheck.WorstError(t => torch.fused.rotary(t, cos, sin), x) < 1e-6);
    }

    [Fact]
    public void Bits_do_not_depend_on_the_thread_count_or_on_the_number_of_rows()
    {
        using var scope = torch.NewDisposeScope();
        var (x, up, weight) = (Random(1, 1500, 192), Random(2, 1500, 192), Random(3, 192));
        var angles = Angles(1500, 192);
        float[][] Run(int threads, long rows)
        {
            torch.set_num_threads(threads);
            var leaf = x.narrow(0, 0, rows).clone().requires_grad_();
            var w = weight.clone().requires_grad_();
            var outputs = new[]
            {
                torch.fused.rms_norm(leaf, w, Eps), torch.fused.swiglu(leaf, up.narrow(0, 0, rows)),
                torch.fused.rotary(leaf, angles.Cos.narrow(0, 0, rows), angles.Sin.narrow(0, 0, rows)),
            };
            torch.stack(outputs).sum().backward();
            torch.set_num_threads(1);
            return [.. outputs.Select(o => o.ToArray<float>()), leaf.grad!.ToArray<float>(), w.grad!.ToArray<float>()];
        }

        var (one, two, few) = (Run(1, 1500), Run(2, 1500), Run(1, 3));
        for (var i = 0; i < one.Length; i++) Assert.Equal(one[i], two[i]);
        for (var i = 0; i < 4; i++) Assert.Equal(one[i][..few[i].Length], few[i]);
    }

    [Fact]
    public void Sixteen_bit_inputs_follow_the_reference_order_of_casts()
    {
        using var scope = torch.NewDisposeScope();
        var (x, weight) = (Random(1, 5, 32).to(torch.bfloat16), Random(2, 32).to(torch.bfloat16));
        var wide = x.to(torch.float32);
        var expected = (wide * (wide.square().mean(-1, keepdim: true) + Eps).rsqrt()).to(torch.bfloat16) * weight;
        var got = torch.fused.rms_norm(x, weight, Eps);
        Assert.Equal(expected.ToArray<ushort>(), got.ToArray<ushort>());
        var swiglu = torch.fused.swiglu(x, x);
        Assert.Equal((x.silu() * x).ToArray<ushort>(), swiglu.ToArray<ushort>());
        // A float32 stream with 16-bit weights promotes.
        Assert.Equal(torch.float32, torch.fused.rms_norm(wide, weight, Eps).dtype);
    }

    [Fact]
    public void What_is_not_finite_stays_not_finite()
    {
        using var scope = torch.NewDisposeScope();
        foreach (var bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            var x = torch.tensor([1f, bad, 2, 3], 1, 4);
            Assert.False(torch.fused.rms_norm(x, torch.ones(4), Eps).IsFinite());
            Assert.False(torch.fused.swiglu(x, torch.ones(1, 4)).IsFinite());
            Assert.False(torch.fused.rotary(x, torch.ones(1, 4), torch.ones(1, 4)).IsFinite());
        }
    }

    [Fact]
    public void Empty_tensors_pass_through()
    {
        using var scope = torch.NewDisposeScope();
        Assert.Equal([0L, 8], torch.fused.rms_norm(torch.zeros(0, 8), torch.ones(8), Eps).shape);
        Assert.Equal([0L, 8], torch.fused.swiglu(torch.zeros(0, 8), torch.zeros(0, 8)).shape);
        Assert.Equal([0L, 8], torch.fused.rotary(torch.zeros(0, 8), torch.ones(1, 8), torch.ones(1, 8)).shape);
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_named()
    {
        using var scope = torch.NewDisposeScope();
        Assert.Contains("flashdrive::rms_norm(Float32[2, 4], Float32[3]", Expect.Fails(TorchErrorKind.Value, () => torch.fused.rms_norm(torch.ones(2, 4), torch.ones(3), Eps)).Message);
        Assert.Contains("differ in shape", Expect.Fails(TorchErrorKind.Value, () => torch.fused.swiglu(torch.ones(2, 4), torch.ones(4))).Message);
        Assert.Contains("has no two halves", Expect.Fails(TorchErrorKind.Value, () => torch.fused.rotary(torch.ones(2, 3), torch.ones(3), torch.ones(3))).Message);
        Assert.Contains("the table [3, 4] does not broadcast to [2, 4]", Expect.Fails(TorchErrorKind.Value, () => torch.fused.rotary(torch.ones(2, 4), torch.ones(3, 4), torch.ones(3, 4))).Message);
    }

    [Fact]
    public void A_second_derivative_is_refused()
    {
        using var scope = torch.NewDisposeScope();
        var grad = new Op("aten::_backward");
        var x = torch.ones(2, 4).requires_grad_();
        var y = torch.fused.swiglu(x, x).sum();
        var error = Expect.Fails(TorchErrorKind.NotImplemented, () => grad.Run(y, Array.Empty<Tensor>(), Arg.None, true, true));
        Assert.Contains("swiglu has a first derivative only", error.Message);
    }

    private static Tensor Wide(Tensor t) => t.to(torch.float64);

    private static (Tensor Cos, Tensor Sin) Angles(long tokens, long headDim)
    {
        var angles = Random(8, tokens, headDim) * 3;
        return (angles.cos(), angles.sin());
    }

    private static void AssertClose(Tensor expected, Tensor got, double tolerance)
    {
        using var scope = torch.NewDisposeScope();
        var scale = Math.Max(1, expected.abs().max().item<double>());
        var difference = Expect.MaxDifference(expected, got) / scale;
        Assert.True(difference <= tolerance, $"differs by {difference:E2} of {scale:F1}");
    }

    [Fact]
    public void One_element_that_is_not_finite_is_found_wherever_it_stands()
    {
        using var scope = torch.NewDisposeScope();
        foreach (var dtype in (ScalarType[])[torch.float32, torch.float64, torch.bfloat16])
            foreach (var bad in (double[])[double.NaN, double.PositiveInfinity, double.NegativeInfinity])
                foreach (var place in (int[])[0, 17, 8191, 8192, 19_999])
                {
                    var x = torch.full([20_000], 3e38, dtype);
                    Assert.True(x.IsFinite());
                    x[place].fill_(bad);
                    Assert.False(x.IsFinite());
                    // Rows of a transposed matrix are not contiguous; the column before the last keeps the element out or in.
                    var strided = x.view(4, 5000).t().narrow(0, 0, 4999);
                    Assert.Equal(place % 5000 == 4999, strided.IsFinite());
                }
        Assert.True(torch.zeros(0).IsFinite());
        Assert.True(torch.zeros([3], torch.int64).IsFinite());
    }
}
