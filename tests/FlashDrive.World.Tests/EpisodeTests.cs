using FlashDrive.Driving;
using FlashDrive.Driving.Metrics;

namespace FlashDrive.World.Tests;

public sealed class EpisodeTests
{
    private static readonly Episode Drive = Episode.Create(5, 30);

    [Fact]
    public void The_ego_moves_without_jumps()
    {
        for (var time = -1.5; time < 36; time += 0.1)
        {
            var step = Drive.PoseAt(time + 0.1).RelativeTo(Drive.PoseAt(time));
            Assert.InRange(step.Position.X, -0.001, 1.8);
            Assert.InRange(step.Position.Y, -0.1, 0.1);
            Assert.InRange(step.Rotation.Yaw, -0.12, 0.12);
        }
    }

    [Fact]
    public void A_drive_meets_several_causes_and_hits_nothing()
    {
        var windows = Enumerable.Range(0, 60).Select(i => Drive.WindowAt(i * 0.5)).ToArray();
        Assert.InRange(windows.Select(w => w.Cause).Distinct().Count(), 3, 11);
        Assert.All(windows, w => Assert.Null(SafetyChecks.FirstCollision(w.Future, DrivingWindow.Footprint, w.Obstacles)));
    }

    [Fact]
    public void A_window_shows_the_moment_it_was_taken_at()
    {
        var fromDrive = new byte[160 * 96 * 3];
        var fromWindow = new byte[160 * 96 * 3];
        Drive.Render(1, 7.9, 160, 96, fromDrive);
        Drive.WindowAt(8).Render(1, 2, 160, 96, fromWindow);
        Assert.Equal(fromDrive, fromWindow);
        Assert.Equal(Drive.PoseAt(9).RelativeTo(Drive.PoseAt(8)), Drive.WindowAt(8).Future[9]);
    }

    [Fact]
    public void Windows_of_episodes_have_no_counterfactuals()
    {
        var window = WindowSampler.Sample(1, WindowKind.Episode);
        Assert.Null(window.RepaintedGreen());
        Assert.Null(window.WithoutLead());
    }

    [Fact]
    public void Sampled_moments_show_the_manoeuvre_they_name()
    {
        for (var seed = 0UL; seed < 11; seed++)
        {
            var window = WindowSampler.Sample(seed, WindowKind.Episode);
            Assert.True(ManoeuvreRule.Agrees(window.Manoeuvre, window.History, window.Future), $"seed {seed}: {window.Sentence}");
        }
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(601)]
    [InlineData(double.NaN)]
    public void A_drive_of_an_impossible_length_is_refused(double seconds) => Assert.Throws<ArgumentOutOfRangeException>(() => Episode.Create(1, seconds));

    [Theory]
    [InlineData(-2)]
    [InlineData(37)]
    public void A_pose_outside_the_recording_is_refused(double time) => Assert.Throws<ArgumentOutOfRangeException>(() => Drive.PoseAt(time));
}
