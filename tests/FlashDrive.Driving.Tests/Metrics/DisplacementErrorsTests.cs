using FlashDrive.Driving.Metrics;

namespace FlashDrive.Driving.Tests.Metrics;

public class DisplacementErrorsTests
{
    [Fact]
    public void Ade_of_a_path_one_metre_per_second_too_fast_is_the_mean_of_its_lags() =>
        Assert.Equal(3.25, DisplacementErrors.Average(Paths.Straight(11), Paths.Straight(10)), 9);

    [Fact]
    public void The_final_displacement_is_that_of_the_last_point() =>
        Assert.Equal(6.4, DisplacementErrors.Final(Paths.Straight(11), Paths.Straight(10)), 9);

    [Fact]
    public void Height_does_not_count() =>
        Assert.Equal(0, DisplacementErrors.Average(Paths.Of(t => new(new(10 * t, 0, 5), Rotation.Identity)), Paths.Straight(10)));

    [Fact]
    public void The_minimum_takes_the_best_sample()
    {
        Trajectory[] samples = [Paths.Straight(10, 3), Paths.Straight(10, -1), Paths.Straight(10, 2)];
        Assert.Equal(1, DisplacementErrors.Best(samples, Paths.Straight(10)));
        Assert.Equal(1, DisplacementErrors.MinimumAverage(samples, Paths.Straight(10)), 12);
        Assert.Equal(1, DisplacementErrors.MinimumFinal(samples, Paths.Straight(10)), 12);
    }

    [Fact]
    public void A_shorter_horizon_keeps_the_sample_that_is_best_over_the_full_one()
    {
        // The second sample is exact for one second and then far off; over the full horizon the first is better.
        Trajectory[] samples = [Paths.Straight(10, 0.5), Paths.Of(t => new(new(10 * t, t <= 1 ? 0 : 9, 0), Rotation.Identity))];
        Assert.Equal(0.5, DisplacementErrors.MinimumAverage(samples, Paths.Straight(10), 10), 12);
    }

    [Fact]
    public void No_sample_is_refused() =>
        Assert.Throws<ArgumentException>(() => DisplacementErrors.MinimumAverage([], Paths.Straight(10)));
}
