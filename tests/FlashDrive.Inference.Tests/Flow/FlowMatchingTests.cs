using FlashDrive.Driving;
using FlashDrive.Inference.Flow;
using FlashDrive.Torch;

namespace FlashDrive.Inference.Tests.Flow;

public sealed class FlowMatchingTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Eight_steps_of_which_four_reuse_are_the_closed_form()
    {
        var noise = Noise();
        var evaluated = new List<float[]>();
        var x = FlowMatching.Integrate(noise, new(8, [3, 4, 5, 6]), (state, t) => Keep(evaluated, Field(state, t)));
        Assert.Equal(4, evaluated.Count);
        // x₀ + (v₀ + v₁ + 5·v₂ + v₇) / 8, with the weights rounded as the steps round them.
        var expected = noise.ToArray<float>();
        for (var i = 0; i < expected.Length; i++) expected[i] += (evaluated[0][i] + evaluated[1][i] + 5 * evaluated[2][i] + evaluated[3][i]) / 8;
        var worst = x.ToArray<float>().Zip(expected, (a, b) => Math.Abs(a - b)).Max();
        Assert.True(worst < 2e-6, $"worst {worst:E1}");
    }

    [Fact]
    public void Without_reuse_it_is_plain_Euler_bit_for_bit()
    {
        var x = Noise();
        for (var i = 0; i < 10; i++)
        {
            var (from, to) = ((float)i / 10, (float)(i + 1) / 10);
            x += Field(x, torch.full([2, 1, 1], from)) * (to - from);
        }
        Assert.Equal(x.ToArray<float>(), FlowMatching.Integrate(Noise(), new(10), Field).ToArray<float>());
    }

    [Fact]
    public void For_any_set_of_reused_steps_every_step_takes_the_velocity_evaluated_last()
    {
        for (var seed = 0UL; seed < 50; seed++)
        {
            var random = new KeyedRandom(seed);
            var steps = random.Integer(0, 12) + 1;
            int[] reuse = [.. Enumerable.Range(1, steps - 1).Where(step => random.Uniform((ulong)step) < 0.5)];
            var (calls, taken) = (0, new List<int>());
            var schedule = new FlowSchedule(steps, reuse);
            // The field counts its evaluations, so a velocity tells which one it is.
            FlowMatching.Integrate(torch.zeros(1, 1, 1), schedule, (_, _) => torch.full([1, 1, 1], calls++), observeVelocity: (_, v) => taken.Add((int)v.item<float>()));
            Assert.Equal((steps - reuse.Length, steps - reuse.Length), (calls, schedule.Evaluations));
            for (var step = 1; step < steps; step++) Assert.Equal(taken[step - 1] + (reuse.Contains(step) ? 0 : 1), taken[step]);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(-1)]
    public void A_reused_step_must_have_a_velocity_before_it(int step)
    {
        var failure = Assert.Throws<ArgumentOutOfRangeException>(() => new FlowSchedule(10, [step]));
        Assert.Contains($"reuse = {step}: must be a step from 1 to 9", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_profile_is_the_relative_change_and_the_cosine_of_consecutive_velocities()
    {
        var profile = VelocityProfile.Of([[3, 4], [3, 4], [-4, 3], [0, 0]]);
        Assert.Equal([0, Math.Sqrt(2), 1], profile.Change);
        Assert.Equal([1, 0, 0], profile.Cosine);
    }

    private static Tensor Noise() => torch.tensor([0.5f, -1, 2, 0.25f, -0.75f, 1.5f, 3, -2], 2, 2, 2);

    /// <summary>Bends in x and in t.</summary>
    private static Tensor Field(Tensor x, Tensor t) => (x * -0.7 + t).tanh() * 1.3;

    private static Tensor Keep(List<float[]> evaluated, Tensor v)
    {
        evaluated.Add(v.ToArray<float>());
        return v;
    }
}
