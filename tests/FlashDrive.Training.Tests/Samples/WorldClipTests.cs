using FlashDrive.Driving;
using FlashDrive.Driving.Metrics;
using FlashDrive.Training.Exam;
using FlashDrive.Training.Samples;

namespace FlashDrive.Training.Tests.Samples;

public sealed class WorldClipTests
{
    [Fact]
    public void The_same_seed_gives_the_same_ticks_byte_for_byte_in_any_order()
    {
        var (a, b) = (WorldClip.HeldOut(3, 20), WorldClip.HeldOut(3, 20));
        var last = b.Tick(22);

        foreach (var index in new[] { 0, 11, 22 })
        {
            var (x, y) = (a.Tick(index), index == 22 ? last : b.Tick(index));
            Assert.Equal(4, x.Frames.Count);
            for (var i = 0; i < 4; i++) Assert.Equal(x.Frames[i].Rgb, y.Frames[i].Rgb);
            Assert.Equal(x.History.AsSpan(), y.History.AsSpan());
            Assert.Equal(x.Future!.Poses, y.Future!.Poses);
        }
    }

    [Fact]
    public void What_was_future_at_one_tick_is_history_at_a_later_one()
    {
        var clip = WorldClip.HeldOut(1, 30);
        var (early, late) = (clip.Tick(5), clip.Tick(20));

        // Tick 20 lies 1.5 s after tick 5: its oldest pose is tick 5's own.
        var back = late.History[0];
        for (var i = 1; i < EgoHistory.Poses; i++)
        {
            var expected = early.Future![i - 1].Position;
            var found = late.History[i].RelativeTo(back).Position;
            Assert.Equal(expected.X, found.X, 9);
            Assert.Equal(expected.Y, found.Y, 9);
        }
    }

    [Fact]
    public void A_clip_of_six_hundred_windows_knows_the_future_of_its_last_tick()
    {
        var clip = WorldClip.HeldOut(0, 600);
        var last = clip.Tick(clip.TickCount - 1);

        Assert.Equal(603, clip.TickCount);
        Assert.Equal(603 * 100_000, last.TickMicroseconds);
        Assert.True(DisplacementErrors.Average(ConstantBaselines.Velocity(last.History), last.Future!) < 60);
        Assert.Throws<ArgumentOutOfRangeException>(() => clip.Tick(603));
    }

    [Fact]
    public void A_later_start_shows_the_same_drive_from_there_on()
    {
        var whole = new WorldClip(77, 40);
        var part = new WorldClip(77, 25, start: 15);

        Assert.Equal(whole.Tick(16).Frames[1].Rgb, part.Tick(1).Frames[1].Rgb);
        Assert.Equal(whole.Tick(16).Future!.Poses, part.Tick(1).Future!.Poses);
    }

    [Fact]
    public void Seeds_of_trainings_evaluations_and_checks_never_meet()
    {
        for (ulong i = 0; i < 40; i++) Assert.True(WorldClip.Training(5, i, 1).Seed >= WorldSource.FirstTrainingSeed);
        Assert.InRange(WorldClip.HeldOut(1_000_000, 1).Seed, HeldOutCheck.FirstSeed + 1_000_000, WorldSource.FirstTrainingSeed - 1);
        Assert.InRange(WorldClip.FirstValidationSeed, HeldOutCheck.FirstSeed + 1_000_000, WorldClip.FirstHeldOutSeed - 1_000_000);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(5001, 0)]
    [InlineData(10, 4999)]
    public void A_clip_without_windows_or_with_too_many_is_refused(int windows, int start) =>
        Assert.Contains("a clip has 1 to 5000 windows", Assert.Throws<ArgumentOutOfRangeException>(() => new WorldClip(1, windows, start)).Message);
}
