using FlashDrive.Training.Samples;
using FlashDrive.World;

namespace FlashDrive.Training.Tests.Samples;

public sealed class WorldSourceTests
{
    [Fact]
    public void The_same_index_gives_the_same_moment_byte_for_byte()
    {
        var (a, b) = (new WorldSource(5, 0.15).Moment(77), new WorldSource(5, 0.15).Moment(77));

        Assert.Equal(a.Sentence, b.Sentence);
        Assert.Equal(16, a.Images.Count);
        for (var i = 0; i < 16; i++)
        {
            Assert.Equal(a.Images[i], b.Images[i]);
            Assert.Equal(a.Classes[i], b.Classes[i]);
        }
    }

    [Fact]
    public void No_training_window_comes_from_a_seed_that_an_exam_may_use()
    {
        var source = new WorldSource(5, 0.15);

        for (ulong i = 0; i < 40; i++) Assert.True(source.Window(i).Seed >= WorldSource.FirstTrainingSeed);
    }

    [Fact]
    public void Every_cause_is_among_a_few_hundred_samples_and_red_and_green_lights_both_often()
    {
        var source = new WorldSource(6, 0);

        var causes = Enumerable.Range(0, 300).Select(i => source.Window((ulong)i).Cause).ToList();

        Assert.Equal(Enum.GetValues<Cause>().Length, causes.Distinct().Count());
        Assert.InRange(causes.Count(c => c == Cause.RedLight), 10, 50);
        Assert.InRange(causes.Count(c => c == Cause.GreenLight), 25, 90);
    }
}
