using FlashDrive.Training.Optimization;

namespace FlashDrive.Training.Tests.Optimization;

public sealed class AdamWTests
{
    private static readonly AdamWSettings Settings = new(0.1, 0.9, 0.98, 0.5, 1.0);

    [Fact]
    public void Three_steps_equal_the_published_update_computed_in_double()
    {
        // 19 values: whole vectors and a rest.
        const int n = 19;
        var values = Enumerable.Range(0, n).Select(i => (float)(i - 9) / 4).ToArray();
        var gradients = Enumerable.Range(0, n).Select(i => (float)Math.Sin(i) * 0.1f).ToArray();
        var expected = values.Select(v => (double)v).ToArray();
        var (m, s) = (new double[n], new double[n]);
        var optimizer = new AdamW(n);
        for (var step = 1; step <= 3; step++)
        {
            optimizer.Step(values, gradients, [new(0, 10, 1, true), new(10, 9, 0.5, false)], Settings);
            for (var i = 0; i < n; i++)
            {
                var (rate, decay) = i < 10 ? (0.1, 0.5) : (0.05, 0.0);
                m[i] = 0.9 * m[i] + 0.1 * gradients[i];
                s[i] = 0.98 * s[i] + 0.02 * gradients[i] * gradients[i];
                expected[i] -= rate * decay * expected[i] + rate * m[i] / (1 - Math.Pow(0.9, step)) / (Math.Sqrt(s[i] / (1 - Math.Pow(0.98, step))) + 1e-8);
            }
        }
        for (var i = 0; i < n; i++) Assert.Equal(expected[i], values[i], 1e-5);
    }

    [Fact]
    public void A_gradient_longer_than_the_clip_is_scaled_to_it_and_its_own_norm_is_returned()
    {
        float[] small = [0.6f, 0.8f], large = [6f, 8f];
        float[] a = [1, 1], b = [1, 1];

        var first = new AdamW(2);
        first.Step(a, small, [new(0, 2, 1, false)], Settings);
        var second = new AdamW(2);
        var norm = second.Step(b, large, [new(0, 2, 1, false)], Settings);

        Assert.Equal(10, norm, 1e-5);
        Assert.Equal(first.First[0], second.First[0], 1e-6);
        Assert.Equal(first.Second[1], second.Second[1], 1e-6);
    }

    [Fact]
    public void Parameters_outside_every_group_stay_as_they_are()
    {
        float[] values = [1, 2, 3];
        new AdamW(3).Step(values, [1f, 1f, 1f], [new(1, 1, 1, true)], Settings);

        Assert.Equal(1, values[0]);
        Assert.NotEqual(2, values[1]);
        Assert.Equal(3, values[2]);
    }
}
