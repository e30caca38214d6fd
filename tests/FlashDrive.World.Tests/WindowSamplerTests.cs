using System.Security.Cryptography;
using FlashDrive.Driving;
using FlashDrive.Driving.Metrics;

namespace FlashDrive.World.Tests;

[Collection(SampledWindows.Collection)]
public sealed class WindowSamplerTests(SampledWindows windows)
{
    [Theory]
    [InlineData(WindowKind.Onset)]
    [InlineData(WindowKind.Episode)]
    public void The_same_seed_gives_the_same_bytes(WindowKind kind)
    {
        for (var seed = 0UL; seed < 6; seed++) Assert.Equal(Digest(WindowSampler.Sample(seed, kind)), Digest(WindowSampler.Sample(seed, kind)));
    }

    [Fact]
    public void Threads_that_render_at_once_do_not_disturb_each_other()
    {
        var alone = windows.Exam.Take(12).Select(Digest).ToArray();
        var together = new string[12];
        Parallel.For(0, 12, new() { MaxDegreeOfParallelism = 4 }, i => together[i] = Digest(windows.Exam[i]));
        Assert.Equal(alone, together);
    }

    [Fact]
    public void Different_seeds_give_different_windows() =>
        Assert.Equal(12, windows.Exam.Take(12).Select(Digest).Distinct().Count());

    [Fact]
    public void Causes_of_sampled_windows_are_balanced()
    {
        var counts = Enumerable.Range(0, 330).AsParallel().Select(i => WindowSampler.Sample((ulong)(90_000 + i), WindowKind.Onset).Cause).ToArray().CountBy(c => c).ToDictionary();
        Assert.Equal(11, counts.Count);
        Assert.All(counts.Values, n => Assert.InRange(n, 330 * 0.05, 330 * 0.15));
    }

    [Fact]
    public void An_exam_is_stratified_over_causes_and_manoeuvres_and_has_distractors()
    {
        var causes = windows.Exam.CountBy(w => w.Cause).ToDictionary();
        Assert.Equal(Enum.GetValues<Cause>().Length, causes.Count);
        Assert.All(causes.Values, n => Assert.InRange(n, SampledWindows.Count * 0.05, SampledWindows.Count * 0.15));
        Assert.Equal(Enum.GetValues<Manoeuvre>().Length, windows.Exam.Select(w => w.Manoeuvre).Distinct().Count());
        Assert.InRange(windows.Exam.Count(w => w.HasDistractor), 0.3 * SampledWindows.Count, 0.9 * SampledWindows.Count);
    }

    [Fact]
    public void An_exam_of_more_windows_than_seeds_is_refused()
    {
        var refused = Assert.Throws<ArgumentOutOfRangeException>(() => WindowSampler.Exam(10, 19, 11));
        Assert.Contains("10..19", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_rule_agrees_with_the_experts_own_future_in_97_of_100_windows()
    {
        var agreeing = windows.Exam.Count(w => ManoeuvreRule.Agrees(w.Manoeuvre, w.History, w.Future));
        Assert.InRange(agreeing, 0.97 * SampledWindows.Count, SampledWindows.Count);
    }

    [Fact]
    public void Constant_baselines_are_seven_metres_off()
    {
        Assert.InRange(windows.Exam.Average(w => DisplacementErrors.Average(ConstantBaselines.Velocity(w.History), w.Future)), 6.5, 9);
        Assert.InRange(windows.Exam.Average(w => DisplacementErrors.Average(ConstantBaselines.TurnRate(w.History), w.Future)), 6.5, 9);
    }

    [Fact]
    public void History_alone_tells_nothing_about_the_cause()
    {
        // The cause of the nearest other window by speed, acceleration and yaw rate: a leak would lift it far above one in eleven.
        double[][] features = windows.Exam.Select(w => (double[])
            [w.History.Speed, 10 * (w.History.Speed + w.History[0].Position.X / 1.5), 20 * w.History.YawRate]).ToArray();
        var right = 0;
        for (var i = 0; i < features.Length; i++)
        {
            var nearest = Enumerable.Range(0, features.Length).Where(j => j != i).MinBy(j => features[i].Zip(features[j], (a, b) => (a - b) * (a - b)).Sum());
            if (windows.Exam[i].Cause == windows.Exam[nearest].Cause) right++;
        }
        Assert.InRange(right, 0, 0.18 * SampledWindows.Count);
    }

    [Fact]
    public void Speeds_at_t0_are_the_same_for_all_causes()
    {
        var mean = windows.Exam.Average(w => w.History.Speed);
        // Twenty windows a cause: three standard errors.
        Assert.All(windows.Exam.GroupBy(w => w.Cause), g => Assert.InRange(g.Average(w => w.History.Speed), mean - 1.2, mean + 1.2));
    }

    [Fact]
    public void The_expert_neither_leaves_the_road_nor_hits_anything()
    {
        Assert.All(windows.Exam, w =>
        {
            Assert.Null(SafetyChecks.FirstOffRoad(w.Future, DrivingWindow.Footprint, w.Drivable));
            Assert.Null(SafetyChecks.FirstCollision(w.Future, DrivingWindow.Footprint, w.Obstacles));
        });
    }

    private static string Digest(DrivingWindow window)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var rgb = new byte[160 * 96 * 3];
        var classes = new byte[160 * 96];
        foreach (var camera in window.CameraIndices)
        {
            for (var frame = 0; frame < DrivingWindow.Frames; frame++)
            {
                window.Render(camera, frame, 160, 96, rgb, classes);
                hash.AppendData(rgb);
                hash.AppendData(classes);
            }
        }
        for (var i = 0; i < Trajectory.Points; i++) hash.AppendData(BitConverter.GetBytes(window.Future[i].Position.X));
        return window.Sentence + Convert.ToHexString(hash.GetHashAndReset());
    }
}
