using FlashDrive.Torch.Tests.Support;

namespace FlashDrive.Torch.Tests.Fused;

/// <summary>The fused step against the algorithm written out in double precision.</summary>
public class AdamwTests
{
    private const double Beta1 = 0.9, Beta2 = 0.95, Epsilon = 1e-8, Rate = 3e-3;

    [Theory]
    [InlineData(double.PositiveInfinity)]
    [InlineData(0.7)]
    public void Fifty_steps_equal_the_double_precision_algorithm(double maxNorm)
    {
        using var scope = torch.NewDisposeScope();
        using var generator = new Generator(3);
        // Sizes around the vector width and over the piece length.
        Tensor[] parameters = [generator.randn(7), generator.randn(3, 5), generator.randn(20_011), generator.randn(1, 16)];
        double[] scales = [1, 0.5, 2, 0], decays = [0, 0.1, 0.01, 0.3];
        var moments = parameters.Select(torch.zeros_like).ToArray();
        var squares = parameters.Select(torch.zeros_like).ToArray();
        var reference = parameters.Select(p => p.ToArray<float>().Select(x => (double)x).ToArray()).ToArray();
        var m = reference.Select(p => new double[p.Length]).ToArray();
        var v = reference.Select(p => new double[p.Length]).ToArray();
        for (var step = 1; step <= 50; step++)
        {
            using var inner = torch.NewDisposeScope();
            var gradients = parameters.Select(p => generator.randn(p.shape) + p * 0.3).ToArray();
            var expectedNorm = Math.Sqrt(gradients.Sum(g => g.ToArray<float>().Sum(x => (double)x * x)));
            var norm = torch.fused.adamw(parameters, gradients, moments, squares, step, Rate, Beta1, Beta2, Epsilon, maxNorm, scales, decays);
            Assert.Equal(expectedNorm, norm, expectedNorm * 1e-9);
            var clip = Math.Min(1, maxNorm / expectedNorm);
            for (var i = 0; i < reference.Length; i++)
                Reference(reference[i], gradients[i].ToArray<float>(), m[i], v[i], step, clip, Rate * scales[i], decays[i]);
        }
        for (var i = 0; i < reference.Length; i++)
        {
            var got = parameters[i].ToArray<float>();
            for (var j = 0; j < got.Length; j++) Assert.Equal(reference[i][j], got[j], 2e-5);
            Assert.Equal(m[i][0], moments[i].ToArray<float>()[0], 1e-6);
            Assert.Equal(v[i][0], squares[i].ToArray<float>()[0], 1e-6);
        }
    }

    [Fact]
    public void The_first_step_moves_each_element_by_the_learning_rate()
    {
        using var scope = torch.NewDisposeScope();
        var p = torch.tensor([1f, 2, 3]);
        var norm = torch.fused.adamw([p], [torch.tensor([3f, -4, 0])], [torch.zeros(3)], [torch.zeros(3)], 1, 0.1);
        Assert.Equal(5, norm);
        Expect.Values(p, [3], [0.9, 2.1, 3]);
        // Decay alone: 3 · (1 - 0.1 · 0.5).
        torch.fused.adamw([p], [torch.zeros(3)], [torch.zeros(3)], [torch.zeros(3)], 1, 0.1, weightDecay: [0.5]);
        Expect.Values(p, [3], [0.855, 1.995, 2.85]);
    }

    [Fact]
    public void The_result_does_not_depend_on_the_thread_count()
    {
        string Run(int threads)
        {
            torch.set_num_threads(threads);
            using var scope = torch.NewDisposeScope();
            using var generator = new Generator(5);
            Tensor[] parameters = [generator.randn(300, 401), generator.randn(77)];
            var (moments, squares) = (parameters.Select(torch.zeros_like).ToArray(), parameters.Select(torch.zeros_like).ToArray());
            var norm = 0.0;
            for (var step = 1; step <= 3; step++)
                norm += torch.fused.adamw(parameters, [generator.randn(300, 401), generator.randn(77)], moments, squares, step, Rate, maxNorm: 1);
            var bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(parameters[0].data<float>());
            return $"{norm:R} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(bytes))}";
        }

        Assert.Equal(Run(1), Run(2));
        torch.set_num_threads(1);
    }

    [Fact]
    public void A_parameter_without_a_gradient_stays_as_it_is()
    {
        using var scope = torch.NewDisposeScope();
        var (a, b) = (torch.ones(3), torch.ones(3));
        var (moments, squares) = (new[] { torch.ones(3), torch.ones(3) }, new[] { torch.ones(3), torch.ones(3) });
        torch.fused.adamw([a, b], [null, torch.ones(3)], moments, squares, 4, 0.1, weightDecay: [1, 0]);
        Assert.Equal([1f, 1, 1], a.ToArray<float>());
        Assert.Equal([1f, 1, 1], moments[0].ToArray<float>());
        Assert.NotEqual(1f, b[0].item<float>());
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_gradient_that_is_not_finite_changes_nothing_and_shows_in_the_norm(float bad)
    {
        using var scope = torch.NewDisposeScope();
        var (p, m, v) = (torch.ones(2), torch.zeros(2), torch.zeros(2));
        var norm = torch.fused.adamw([p], [torch.tensor([1f, bad])], [m], [v], 1, 0.1);
        Assert.False(double.IsFinite(norm));
        Assert.Equal([1f, 1], p.ToArray<float>());
        Assert.Equal([0f, 0], m.ToArray<float>());
        Assert.Equal([0f, 0], v.ToArray<float>());
    }

    [Fact]
    public void A_graph_that_saved_a_parameter_notices_the_step()
    {
        using var scope = torch.NewDisposeScope();
        var (p, x) = (torch.ones(2).requires_grad_(), torch.ones(2).requires_grad_());
        var loss = (p * x).sum();
        torch.fused.adamw([p], [torch.ones(2)], [torch.zeros(2)], [torch.zeros(2)], 1, 0.1);
        Assert.Contains("modified by an inplace operation", Assert.Throws<TorchException>(() => loss.backward()).Message);
    }

    [Fact]
    public void Wrong_tensors_are_named()
    {
        using var scope = torch.NewDisposeScope();
        Tensor One() => torch.ones(2);
        Assert.Contains("1 parameters with 2 gradients", Fails([One()], [One(), One()], [One()], [One()]));
        Assert.Contains("gradient 0 has shape [3], its parameter [2]", Fails([One()], [torch.ones(3)], [One()], [One()]));
        Assert.Contains("not a float32 CPU tensor", Fails([One()], [One().to(torch.float64)], [One()], [One()]));
        Assert.Contains("parameter 0 or its moments are not contiguous", Fails([torch.ones(2, 3).t()], [torch.ones(3, 2)], [torch.ones(3, 2)], [torch.ones(3, 2)]));
        Assert.Contains("1 parameters with 2 weight decays", Expect.Fails(TorchErrorKind.Value, () => torch.fused.adamw([One()], [One()], [One()], [One()], 1, 0.1, weightDecay: [1, 2])).Message);
        Assert.Contains("steps count from 1, got 0", Expect.Fails(TorchErrorKind.Value, () => torch.fused.adamw([One()], [One()], [One()], [One()], 0, 0.1)).Message);

        static string Fails(Tensor[] p, Tensor?[] g, Tensor[] m, Tensor[] v)
        {
            var message = Expect.Fails(TorchErrorKind.Value, () => torch.fused.adamw(p, g, m, v, 1, 0.1)).Message;
            Assert.Contains("flashdrive::adamw_(", message);
            return message;
        }
    }

    private static void Reference(double[] p, float[] gradient, double[] m, double[] v, int step, double clip, double rate, double decay)
    {
        for (var j = 0; j < p.Length; j++)
        {
            var g = gradient[j] * clip;
            m[j] = Beta1 * m[j] + (1 - Beta1) * g;
            v[j] = Beta2 * v[j] + (1 - Beta2) * g * g;
            var (first, second) = (m[j] / (1 - Math.Pow(Beta1, step)), v[j] / (1 - Math.Pow(Beta2, step)));
            p[j] = p[j] - rate * decay * p[j] - rate * first / (Math.Sqrt(second) + Epsilon);
        }
    }
}
